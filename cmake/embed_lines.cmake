# cmake -DINPUT=file -DOUTPUT=file.cpp -DFUNCTION=ns::name -DHEADER=room/file.hpp -P embed_lines.cmake
# Writes a function that returns the lines of a text file: one literal a line, because a literal has a length limit.
file(READ ${INPUT} text)
string(REGEX REPLACE "\n$" "" text "${text}")
string(REPLACE "\n" ")lines\",\n    R\"lines(" text "${text}")
file(WRITE ${OUTPUT} "#include \"${HEADER}\"\n
std::span<const std::string_view> ${FUNCTION}() {
  static constexpr std::string_view kLines[] = {
    R\"lines(${text})lines\"};\n  return kLines;\n}\n")
