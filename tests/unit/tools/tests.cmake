pdns_unit_test(tools
  FILES options option_table phrase database_path database_size ingest_options query_options tap_options ask_program signal_supervisor
  LIBS pdns_ingest_part pdns_query_part pdns_tap_part pdns_tool_options pdns_ingest pdns_net pdns_query pdns_render
       pdns_tap Boost::program_options)
