// What an API server has beside its objects, as text: its version, a pod's log, what a pod serves behind the proxy.
#pragma once

#include <memory>
#include <string>

#include "kube/client/config.hpp"

namespace rotor::kube {

class TextReader {
 public:
  virtual ~TextReader() = default;
  // `path`: with its query, as the server has it. An error names no address of ours: the caller knows what it asked
  // for.
  virtual Task<Result<std::string>> read(std::string path) = 0;
};

// One exchange a text, with the connection's own credentials.
Result<std::unique_ptr<TextReader>> make_text_reader(Executor executor, Clock& clock, ConnectionConfig config,
                                                     std::string user_agent);
// The same on a client of the test's.
std::unique_ptr<TextReader> make_text_reader_on(std::unique_ptr<net::HttpClient> http, Clock& clock,
                                                ConnectionConfig config);

}  // namespace rotor::kube
