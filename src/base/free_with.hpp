// Frees what a C library made by the function that the library has for it: the deleter of a unique_ptr.
#pragma once

namespace rotor {

template <auto kFree>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

}  // namespace rotor
