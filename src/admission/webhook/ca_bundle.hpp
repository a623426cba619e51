// caBundle of our ValidatingWebhookConfigurations: whom the API server trusts when it asks us.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/task.hpp"
#include "json/document.hpp"
#include "kube/client/client.hpp"

namespace rotor::admission {

// A JSON patch that gives each of our webhooks in it this bundle and touches nothing else; nullopt: all have it.
std::optional<std::string> bundle_patch(const json::Value& configuration, std::string_view bundle_pem);

// Is it one that deploy/webhook.yaml made? Another operator's has the same name and stays as it is.
bool is_our_configuration(const json::Value& configuration);

// True: every configuration that is there and ours has the bundle. False: there is none of ours.
Task<Result<bool>> publish_bundle(kube::Client& client, std::string bundle_pem);

}  // namespace rotor::admission
