#include "api/openclaw/observability.hpp"

namespace rotor::json {
using namespace api;

namespace {

constexpr std::string_view kServiceMonitor =
    R"({"type":"object","properties":{"enabled":{"type":"boolean","default":false},)"
    R"("interval":{"type":"string","default":"30s"},)"
    R"("labels":{"type":"object","additionalProperties":{"type":"string"}}}})";

constexpr std::string_view kPrometheusRule =
    R"({"type":"object","properties":{"enabled":{"type":"boolean","default":false},)"
    R"("labels":{"type":"object","additionalProperties":{"type":"string"}},"runbookBaseURL":{"type":"string",)"
    R"("default":"https://paperclip.inc/docs/operators/openclaw/runbooks"}}})";

constexpr std::string_view kGrafanaDashboard =
    R"({"type":"object","properties":{"enabled":{"type":"boolean","default":false},)"
    R"("folder":{"type":"string","default":"OpenClaw"},)"
    R"("labels":{"type":"object","additionalProperties":{"type":"string"}}}})";

constexpr std::string_view kLogging =
    R"({"type":"object","description":"Accepted; the assistant has its own settings for this.","properties":{)"
    R"("format":{"type":"string","enum":["json","text"],"default":"json"},)"
    R"("level":{"type":"string","enum":["debug","info","warn","error"],"default":"info"}}})";

}  // namespace

ROTOR_DESCRIBE(InstanceMetrics, "The collector beside the assistant, and the port that it is scraped at.",
               field<&InstanceMetrics::enabled>("enabled", {.default_json = "true"}),
               field<&InstanceMetrics::grafana_dashboard>("grafanaDashboard", {.schema_json = kGrafanaDashboard}),
               field<&InstanceMetrics::port>("port", {.default_json = "9090", .minimum = 1, .maximum = 65535}),
               field<&InstanceMetrics::prometheus_rule>("prometheusRule", {.schema_json = kPrometheusRule}),
               field<&InstanceMetrics::service_monitor>("serviceMonitor", {.schema_json = kServiceMonitor}));

ROTOR_DESCRIBE(InstanceObservability, "Metrics and logs.",
               field<&InstanceObservability::logging>("logging", {.schema_json = kLogging}),
               field<&InstanceObservability::metrics>("metrics"));

}  // namespace rotor::json
