// Schema text of the blocks that are carried as written: what the API server checks in them today, and free otherwise.
#pragma once

#include <string_view>

namespace rotor::api::schemas {

inline constexpr std::string_view kOpenObject = R"({"type":"object","x-kubernetes-preserve-unknown-fields":true})";

inline constexpr std::string_view kOpenObjectList =
    R"({"type":"array","items":{"type":"object","x-kubernetes-preserve-unknown-fields":true}})";

inline constexpr std::string_view kSkills =
    R"({"type":"array","maxItems":20,"x-kubernetes-list-type":"set","items":{"type":"string"},)"
    R"("description":"Skills to install: plain names come from ClawHub, npm: from npm, pack: from GitHub."})";

inline constexpr std::string_view kBackup =
    R"({"type":"object","properties":{"schedule":{"type":"string"},)"
    R"("historyLimit":{"type":"integer","format":"int32","minimum":0,"default":3},)"
    R"("failedHistoryLimit":{"type":"integer","format":"int32","minimum":0,"default":1},)"
    R"("timeout":{"type":"string"},"serviceAccountName":{"type":"string"},)"
    R"("retentionDays":{"type":"integer","format":"int32","minimum":1,"maximum":365,"default":7}}})";

inline constexpr std::string_view kAutoUpdate =
    R"({"type":"object","properties":{"enabled":{"type":"boolean","default":false},)"
    R"("checkInterval":{"type":"string","default":"24h"},"backupBeforeUpdate":{"type":"boolean","default":true},)"
    R"("rollbackOnFailure":{"type":"boolean","default":true},"healthCheckTimeout":{"type":"string","default":"10m"}}})";

inline constexpr std::string_view kSelfConfigure =
    R"({"type":"object","properties":{"enabled":{"type":"boolean","default":false},)"
    R"("allowedActions":{"type":"array","maxItems":4,"items":{"type":"string",)"
    R"("enum":["skills","config","workspaceFiles","envVars"]}}}})";

inline constexpr std::string_view kRuntimeDeps =
    R"({"type":"object","properties":{"pnpm":{"type":"boolean","default":false},)"
    R"("python":{"type":"boolean","default":false}}})";

inline constexpr std::string_view kAutoScaling =
    R"({"type":"object","properties":{"enabled":{"type":"boolean","default":false},)"
    R"("minReplicas":{"type":"integer","format":"int32","minimum":1,"default":1},)"
    R"("maxReplicas":{"type":"integer","format":"int32","minimum":1,"default":5},)"
    R"("targetCPUUtilization":{"type":"integer","format":"int32","minimum":1,"maximum":100,"default":80},)"
    R"("targetMemoryUtilization":{"type":"integer","format":"int32","minimum":1,"maximum":100}}})";

}  // namespace rotor::api::schemas
