export { Invitation } from "./invitation"
export { Reset } from "./reset"
export { SignIn } from "./sign-in"
export { SignUp } from "./sign-up"
