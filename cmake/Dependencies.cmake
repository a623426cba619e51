# Everything comes from Debian 12; docs/dependencies.md says what each is for.
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)     # used through rotor_fmt: Debian has no static archive of it
find_package(spdlog REQUIRED)  # header-only, in base/log.cpp alone
find_package(CLI11 REQUIRED)

find_package(date REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)

add_library(rotor_flags INTERFACE)
target_compile_options(rotor_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Werror -Wno-deprecated-declarations)
target_compile_definitions(rotor_flags INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION)
target_include_directories(rotor_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)

# fmt compiled once from Debian's headers, so that one executable can be handed to somebody else.
file(WRITE ${PROJECT_BINARY_DIR}/fmt_format.cpp.in
  "#include <fmt/format-inl.h>\nFMT_BEGIN_NAMESPACE\nnamespace detail {\n"
  "template FMT_API auto dragonbox::to_decimal(float x) noexcept -> dragonbox::decimal_fp<float>;\n"
  "template FMT_API auto dragonbox::to_decimal(double x) noexcept -> dragonbox::decimal_fp<double>;\n"
  "template FMT_API auto locale_ref::get<std::locale>() const -> std::locale;\n"
  "template FMT_API auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;\n"
  "template FMT_API auto decimal_point_impl(locale_ref) -> char;\n"
  "template FMT_API void buffer<char>::append(const char*, const char*);\n"
  "template FMT_API void vformat_to(buffer<char>&, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>, locale_ref);\n"
  "}\nFMT_END_NAMESPACE\n")
configure_file(${PROJECT_BINARY_DIR}/fmt_format.cpp.in ${PROJECT_BINARY_DIR}/fmt_format.cpp COPYONLY)
add_library(rotor_fmt STATIC ${PROJECT_BINARY_DIR}/fmt_format.cpp)
