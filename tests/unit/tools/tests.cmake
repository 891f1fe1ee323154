pdns_unit_test(tools
  FILES options database_path ingest_options query_options tap_options attendant
  LIBS pdns_tool_options pdns_ingest pdns_net pdns_query pdns_render pdns_tap Boost::program_options)
target_sources(unit_tools PRIVATE ${PROJECT_SOURCE_DIR}/tools/attendant.cc
                                  ${PROJECT_SOURCE_DIR}/tools/ingest_options.cc
                                  ${PROJECT_SOURCE_DIR}/tools/query_options.cc
                                  ${PROJECT_SOURCE_DIR}/tools/tap_options.cc)
