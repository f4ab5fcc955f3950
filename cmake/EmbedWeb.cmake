# The web client, compiled into the program: target banter_web_assets (src/gateway/web_assets.hpp).
# The files of web/dist are taken at build time; without any, one page says how to build them.
set(web_dist "${CMAKE_SOURCE_DIR}/web/dist")
set(web_generated "${CMAKE_BINARY_DIR}/web_assets")
file(MAKE_DIRECTORY "${web_generated}")
file(GLOB_RECURSE web_files CONFIGURE_DEPENDS "${web_dist}/*")

find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_custom_command(
  OUTPUT "${web_generated}/web_assets.cpp" "${web_generated}/web_assets.S"
  COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/cmake/embed_web.py" "${web_dist}"
    "${web_generated}"
  DEPENDS "${CMAKE_SOURCE_DIR}/cmake/embed_web.py" ${web_files}
  COMMENT "Embedding the web client")
add_library(banter_web_assets STATIC "${web_generated}/web_assets.cpp"
  "${web_generated}/web_assets.S")
target_link_libraries(banter_web_assets PUBLIC banter_options)
