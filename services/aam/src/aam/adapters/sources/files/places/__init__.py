"""Where files are: a folder of this machine, an S3 bucket, a URL."""
