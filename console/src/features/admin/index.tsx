export { Account } from "./account/account"
export { Admin } from "./admin"
