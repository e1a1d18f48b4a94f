"""Sign-in for web pages: the refresh token is a cookie that no script can read."""
