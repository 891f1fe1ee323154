pdns_unit_test(frame
  FILES splitter control reader stream_writer compress input compressed_input unpack_memory followed_input folder_watch connection
        listener listener_hand_over listener_kinds listener_limits
  LIBS pdns_frame PkgConfig::lzma PkgConfig::zstd PkgConfig::fstrm PkgConfig::archive PkgConfig::openssl
  LABELS threads COST 35)
