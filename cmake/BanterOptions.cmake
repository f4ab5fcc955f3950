# Compile and link options shared by every target.
add_library(banter_options INTERFACE)
target_compile_features(banter_options INTERFACE cxx_std_23)
target_compile_options(banter_options INTERFACE -Wall -Wextra -Werror -Wno-unused-parameter
  -fno-omit-frame-pointer)
target_include_directories(banter_options INTERFACE
  "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/tools")
target_link_options(banter_options INTERFACE -fuse-ld=lld)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
endif()
if(BANTER_SANITIZE STREQUAL "address")
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g1")
  target_compile_options(banter_options INTERFACE -fsanitize=address,undefined
    -fno-sanitize-recover=all)
  target_link_options(banter_options INTERFACE -fsanitize=address,undefined)
elseif(BANTER_SANITIZE STREQUAL "thread")
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g1")
  target_compile_options(banter_options INTERFACE -fsanitize=thread)
  target_link_options(banter_options INTERFACE -fsanitize=thread)
endif()
