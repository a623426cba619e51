// libyaml's events of one stream, owned and wiped: what every reader of YAML in this house is built on.
#pragma once

#include <new>
#include <string_view>

#include <yaml.h>

#include "base/secret_bytes.hpp"

namespace rotor::json::yaml {

class Events {
 public:
  // `text` outlives this.
  explicit Events(std::string_view text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    const char* bytes = text.data() == nullptr ? "" : text.data();  // an empty file's
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(bytes), text.size());
  }
  ~Events() {
    drop();
    yaml_parser_delete(&parser_);
  }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  // False when the text is not YAML: parser() says why and where.
  bool next() {
    drop();
    return yaml_parser_parse(&parser_, &event_) == 1;
  }
  yaml_event_type_t type() const { return event_.type; }
  const yaml_event_t& event() const { return event_; }
  const yaml_parser_t& parser() const { return parser_; }

 private:
  void drop() {
    if (event_.type == YAML_SCALAR_EVENT) wipe(event_.data.scalar.value, event_.data.scalar.length);
    yaml_event_delete(&event_);
    event_ = {};
  }

  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

inline std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

}  // namespace rotor::json::yaml
