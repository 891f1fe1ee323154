pdns_unit_test(tools
  FILES common/option_table common/phrase common/database_path
        ingest/database_size ingest/options ingest/ask_program ingest/signal_supervisor ingest/writer_turns
        query/options admin/options
        serve/options tap/options
  LIBS pdns_admin_part pdns_ingest_part pdns_query_part pdns_serve_part pdns_tap_part pdns_tool_options pdns_ingest pdns_net pdns_query pdns_render
       pdns_tap Boost::program_options)
