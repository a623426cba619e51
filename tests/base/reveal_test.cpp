// Secret bytes come out through SecretBytes::reveal() alone; this pins the files that may call it.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "tests/fakes/source_dir.hpp"

namespace rotor {
namespace {

// A file, or a folder when the name ends in '/'. Each needs the bytes to do its work and hands them to no error, log
// line, event or status.
constexpr std::string_view kMayReveal[] = {
    "src/admission/",                            // questions of the API server, into objects; certificates
    "src/api/core/env_rules.cpp",                // whether a value reaches a process unchanged
    "src/apiserver/http/api.cpp",                // the caller's token, compared
    "src/apiserver/http/api_token.cpp",          // an issued token, into its TokenRequest
    "src/apiserver/http/call.cpp",               // request bodies, into objects
    "src/apiserver/server/embedded_server.cpp",  // the token, into the kubeconfig
    "src/apiserver/server/run_directory.cpp",    // files of mode 0600
    "src/apiserver/registry/secret_types.cpp",   // Secret data, looked at for its form
    "src/apiserver/http/serve.cpp",              // lines of a watch, joined
    "src/json/describe.cpp",                     // base64 of Secret data, read
    "src/json/describe_write.cpp",               // base64 of Secret data, written
    "src/json/object_hash.cpp",                  // digest
    "src/json/writer.cpp",                       // JSON text into a secret buffer
    "src/json/yaml.cpp",                         // a values file as JSON
    "src/json/yaml_build.cpp",                   // a values file
    "src/inspect/doctor_look.cpp",               // answers about rights
    "src/kube/runtime/watch_loop.cpp",           // lists and events, into objects
    "src/kube/runtime/cache.hpp",                // answers to our own writes, into objects
    "src/kube/leader/elector.cpp",               // Leases
    "src/kube/shards/shard_keeper.cpp",          // Leases
    "src/kube/client/apply_body.cpp",            // JSON that is sent as YAML
    "src/kube/client/client.hpp",                // answers of the API server, into objects
    "src/kube/client/config.cpp",                // kubeconfig: tokens, keys and certificates
    "src/kube/client/credentials.cpp",           // bearer token
    "src/kube/runtime/digest_key.cpp",           // keyed digests
    "src/openclaw/in_place/mark.cpp",            // the same
    "src/kube/client/http_client.cpp",           // requests to the API server and its answers
    "src/kube/client/text_reader.cpp",           // bearer token, and texts that are no objects
    "src/kube/client/watch_stream.cpp",          // watch events
    "src/cli/apiserver.cpp",                     // the kubeconfig, into a file of mode 0600
    "src/cli/doctor.cpp",                        // YAML of documents without a value
    "src/cli/inspect.cpp",                       // the same
    "src/cli/plan.cpp",                          // the same
    "src/local/node/environment.cpp",            // $(VAR) in an environment
    "src/local/environment_text.cpp",            // `rotor env --show-values`
    "src/local/node/command.cpp",                // NUL bytes in an environment, looked for
    "src/local/node/agent.cpp",                  // the number in OPENCLAW_GATEWAY_PORT
    "src/local/node/pod_storage.cpp",            // HOME and $(VAR) of subPathExpr, which are paths
    "src/local/preview/preview_text.cpp",        // `rotor template --show-values`, and a template's own text
    "src/local/node/launch.cpp",                 // $(VAR) in a command
    "src/local/node/foreseen.cpp",               // folders in values, by other names
    "src/local/node/process.cpp",                // PATH, to find a program
    "src/local/node/projected_folder.cpp",       // keys of Secrets, into files of mode 0400
    "src/local/node/revisions.cpp",              // StatefulSets, into ControllerRevisions
    "src/local/node/start_request.cpp",          // the environment of a process
    "src/local/run.cpp",                         // the embedded server's kubeconfig
    "src/net/certificate_facts.cpp",             // whether a key is a certificate's
    "src/net/certificates.cpp",                  // the CA's key, to sign with
    "src/net/client.cpp",                        // request bodies, sent
    "src/net/server_connection.cpp",             // answers, sent
    "src/net/tls.cpp",                           // private keys, into OpenSSL
    "src/openclaw/deletion.cpp",                 // claims, released
    "src/openclaw/legacy_deployment.cpp",        // Deployments
    "src/openclaw/kept_instances.cpp",           // instances as they were written
    "src/openclaw/view.cpp",                     // answers of the API server about objects without secrets
    "src/openclaw/applier.cpp",                  // answers of the API server about objects without secrets
    "src/secrets/manifest_target/",              // objects of the kinds that users choose, with their values
    "src/generators/",                           // values as they are made, requests to servers and their answers
    "src/secrets/inputs.cpp",                    // keyed digests of what a Secret is made of
    "src/openclaw/consumed_digest.cpp",          // keyed digests of consumed values
    "src/providers/",                            // requests to stores and their answers
    "src/template/",                             // rendering
    // The gateway's token, into the ConfigMap that its clients read it from.
    "src/openclaw/builders/config_document.cpp",
};

bool may_reveal(std::string_view file) {
  for (const std::string_view allowed : kMayReveal) {
    if (file == allowed || (allowed.ends_with('/') && file.starts_with(allowed))) return true;
  }
  return false;
}

TEST(Reveal, IsCalledByThePinnedFilesOnly) {
  const std::filesystem::path root = test::source_path("");
  std::set<std::string> wrong;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "src")) {
    const std::string ext = entry.path().extension().string();
    if (ext != ".cpp" && ext != ".hpp") continue;
    const std::string name = std::filesystem::relative(entry.path(), root).generic_string();
    const std::string text = test::read_file(entry.path().string());
    const bool calls = text.find(".reveal()") != std::string::npos || text.find("->reveal()") != std::string::npos;
    if (calls && !may_reveal(name)) wrong.insert(name);
  }
  std::string names;
  for (const std::string& name : wrong) names += "\n  " + name;
  EXPECT_TRUE(wrong.empty())
      << "These files read secret bytes but are not on the list of tests/base/reveal_test.cpp:" << names
      << "\nPass the SecretBytes on instead. If the file must see the bytes (it encodes, sends or digests"
         "\nthem) and none can reach an error, a log line, an event or a status, add it to kMayReveal"
         "\nwith the reason.";
}

TEST(Reveal, ListsOnlyFilesThatExist) {
  for (const std::string_view allowed : kMayReveal) {
    if (allowed.ends_with('/')) continue;
    EXPECT_TRUE(std::filesystem::exists(test::source_path(allowed))) << "remove " << allowed << " from kMayReveal";
  }
}

}  // namespace
}  // namespace rotor
