# Writes a C++ source that holds files as texts.
# cmake -DOUTPUT=file.cc "-DFILES=kName|path;kOther|path" -P embed.cmake
set(source "#include <string_view>\n\nnamespace trawl::crawler {\n\n")
foreach(entry IN LISTS FILES)
  string(REPLACE "|" ";" entry "${entry}")
  list(GET entry 0 name)
  list(GET entry 1 path)
  file(READ "${path}" hex HEX)
  file(SIZE "${path}" size)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
  string(APPEND source "static const unsigned char ${name}Bytes[] = {\n${bytes}};\n"
    "extern const std::string_view ${name};\n"
    "const std::string_view ${name}(reinterpret_cast<const char*>(${name}Bytes), ${size});\n\n")
endforeach()
string(APPEND source "}  // namespace trawl::crawler\n")
file(WRITE "${OUTPUT}" "${source}")
