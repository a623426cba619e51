// Reads an item with 1Password's Connect client for JavaScript: connect.cjs URL TOKEN VAULT ITEM FILE. Prints what it saw as
// JSON.
const { OnePasswordConnect } = require("@1password/connect");

async function main(url, token, vaultName, title, fileName) {
  const connect = OnePasswordConnect({ serverURL: url, token, keepAlive: true });
  const vault = await connect.getVault(vaultName);
  const item = await connect.getItem(vault.id, title);
  const file = item.files.find((one) => one.name === fileName);
  return {
    vaults: (await connect.listVaults()).map((one) => one.name),
    titles: (await connect.listItems(vault.id)).map((one) => one.title),
    byId: (await connect.getItemById(vault.id, item.id)).title,
    fields: Object.fromEntries(item.fields.map((field) => [field.label, field.value])),
    file: await connect.getFileContent(vault.id, item.id, file.id),
  };
}

main(...process.argv.slice(2)).then(
  (seen) => console.log(JSON.stringify(seen)),
  (error) => { console.error(String(error.message ?? error)); process.exit(1); },
);
