// Names, labels, marks and ports that people, dashboards and today's operator already know.
#pragma once

#include <string>
#include <string_view>

#include "api/openclaw/instance.hpp"

namespace rotor::openclaw {

using api::OpenClawInstance;
using kube::StringMap;

inline constexpr std::string_view kFieldManager = "openclaw-operator";
inline constexpr std::string_view kFinalizer = "openclaw.rocks/finalizer";
inline constexpr std::string_view kSecretHash = "openclaw.rocks/secret-hash";                     // pod template
inline constexpr std::string_view kConfigHash = "openclaw.rocks/config-hash";                     // pod template
inline constexpr std::string_view kConfigRead = "openclaw.rocks/config-read";                     // StatefulSet
inline constexpr std::string_view kSecretState = "openclaw.rocks/secret-state";                   // StatefulSet
inline constexpr std::string_view kSecretHistory = "openclaw.rocks/secret-history";               // StatefulSet
inline constexpr std::string_view kSecretRollout = "openclaw.rocks/secret-rollout";               // instance
inline constexpr std::string_view kSecretRolloutWindow = "openclaw.rocks/secret-rollout-window";  // instance
inline constexpr std::string_view kRollOnVolumes = "openclaw.rocks/roll-on-volume-secrets";       // instance; "true"
inline constexpr std::string_view kAdopt = "openclaw.rocks/adopt";                                // instance; "now"
inline constexpr std::string_view kIgnoreRotation = "openclaw.rocks/ignore-rotation";             // Secret; "true"
inline constexpr std::string_view kReloaderIgnore = "reloader.stakater.com/ignore";               // Secret; "true"
inline constexpr std::string_view kTokenInConfig = "openclaw.rocks/gateway-token-in-config";      // instance; "false"
inline constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";
inline constexpr std::string_view kOperatorName = "openclaw-operator";

inline constexpr std::string_view kMainContainer = "openclaw";
inline constexpr std::string_view kTokenKey = "token";
inline constexpr std::string_view kTokenVariable = "OPENCLAW_GATEWAY_TOKEN";
inline constexpr int kGatewayPort = 18789;
inline constexpr int kCanvasPort = 18793;
inline constexpr int kProxyPort = 18790;  // of the proxy in front of the gateway
inline constexpr int kCanvasProxyPort = 18794;

StringMap selector_labels(const OpenClawInstance& instance);
StringMap labels(const OpenClawInstance& instance);
kube::OwnerReference owner_reference(const OpenClawInstance& instance);

// Name, namespace, labels and owner of an object that belongs to the instance.
kube::ObjectMeta managed_metadata(const OpenClawInstance& instance, std::string name);

// Is a change of a Secret that is mounted whole to restart the pod, too?
bool rolls_on_volumes(const OpenClawInstance& instance);

std::string service_account_name(const OpenClawInstance& instance);
std::string claim_name(const OpenClawInstance& instance);  // of the claim that we make
// The Secret with the gateway's token: the user's own or `<name>-gateway-token`.
std::string gateway_secret_name(const OpenClawInstance& instance);

}  // namespace rotor::openclaw
