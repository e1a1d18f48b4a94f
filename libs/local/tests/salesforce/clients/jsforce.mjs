// Drive jsforce as it is: `jsforce.mjs EMULATOR_URL CLIENT_ID CLIENT_SECRET REFRESH_TOKEN`; prints what it saw as JSON.
import { createRequire } from "node:module";
import { join } from "node:path";

const [url, clientId, clientSecret, refreshToken] = process.argv.slice(2);
// Installed apart from this file, in the folder it is started in.
const { default: jsforce } = await import(
  createRequire(join(process.cwd(), "package.json")).resolve("jsforce")
);

const seen = {};
const oauth2 = { loginUrl: url, clientId, clientSecret };
// A session that ended: the first request is refused, and the client refreshes by itself.
const connection = new jsforce.Connection({
  oauth2,
  instanceUrl: url,
  accessToken: "ended",
  refreshToken,
  version: "59.0",
});
let refreshes = 0;
connection.on("refresh", () => { refreshes += 1; });

seen.versions = (await connection.request("/services/data")).length;
const all = await connection.describeGlobal();
seen.objects = all.sobjects.map((one) => one.name);
seen.fields = (await connection.sobject("Account").describe()).fields.length;

const made = await connection.sobject("Account").create({ Name: "by jsforce", AnnualRevenue: 12.5 });
await connection.sobject("Account").update({ Id: made.id, Name: "changed by jsforce" });
seen.name = (await connection.sobject("Account").retrieve(made.id)).Name;
seen.found = await connection.sobject("Account").find({ Name: { $like: "changed%" } }, ["Id", "Name"]).limit(5);
const upserted = await connection.sobject("Account").upsert({ ExternalKey__c: "k1", Name: "upserted" }, "ExternalKey__c");
seen.upserted = upserted.success;
await connection.sobject("Account").destroy(made.id);

const soql = "SELECT Id, Name, SystemModstamp FROM Account WHERE SystemModstamp < 2025-01-01T00:00:00Z ORDER BY Id";
const records = [];
await new Promise((resolve, reject) => {
  connection.query(soql).on("record", (one) => records.push(one.Id)).on("end", resolve).on("error", reject)
    .run({ autoFetch: true, maxFetch: 100000 });
});
seen.queried = [records.length, new Set(records).size];
seen.deleted = (await connection.query("SELECT Id FROM Account WHERE IsDeleted = true", { scanAll: true })).totalSize;

connection.bulk2.pollTimeout = 30000;
connection.bulk2.pollInterval = 100;
const stream = await connection.bulk2.query("SELECT Id, Name, AnnualRevenue FROM Account");
seen.bulk = (await stream.toArray()).length;
seen.usage = connection.limitInfo?.apiUsage;
try {
  await connection.query("SELECT Nope FROM Account");
} catch (error) {
  seen.error = error.errorCode;
}
seen.refreshes = refreshes;
console.log(JSON.stringify(seen));
