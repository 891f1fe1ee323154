pdns_unit_test(metrics FILES exporter figures_text LIBS pdns_metrics LABELS threads)
