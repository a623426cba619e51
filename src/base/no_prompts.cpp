#include "base/no_prompts.hpp"

#include <new>

#include <openssl/ui.h>

namespace rotor {

void never_ask_for_passwords() {
  static UI_METHOD* const nobody = [] {
    UI_METHOD* made = UI_create_method("nobody");
    if (made == nullptr) throw std::bad_alloc();
    UI_method_set_opener(made, [](UI*) { return 0; });
    return made;
  }();
  UI_set_default_method(nobody);
}

}  // namespace rotor
