// Reads and changes a config with Doppler's SDK for Node: doppler.cjs URL TOKEN PROJECT CONFIG. Prints what it saw as JSON.
const { DopplerSDK } = require("@dopplerhq/node-sdk");

async function main(url, token, project, config) {
  const sdk = new DopplerSDK({ accessToken: token });
  sdk.setBaseUrl(url);
  const before = await sdk.secrets.get(project, config, "API_KEY");
  const all = await sdk.secrets.list(project, config);
  const downloaded = await sdk.secrets.download(project, config);
  await sdk.secrets.update({ project, config, secrets: { API_KEY: "from node" } });
  const after = await sdk.secrets.get(project, config, "API_KEY");
  return {
    before: before.value.computed,
    odd: all.secrets.ODD.computed,
    downloaded: downloaded.STRIPE,
    names: (await sdk.secrets.names(project, config)).names,
    after: after.value.computed,
  };
}

main(...process.argv.slice(2)).then(
  (seen) => console.log(JSON.stringify(seen)),
  (error) => { console.error(String(error.message ?? error)); process.exit(1); },
);
