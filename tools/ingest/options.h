// The command line of pdns-ingest.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.h"
#include "base/status.h"
#include "frame/listen/listener.h"
#include "net/endpoint.h"
#include "source/policy.h"
#include "tools/ingest/database_size.h"

namespace pdns::tools {

// Of the journal of new tuples. A bound that is not given is none.
struct JournalKeep {
  std::chrono::seconds age = std::chrono::years(1000);
  std::uint64_t rows = std::numeric_limits<std::uint64_t>::max();
};

struct IngestOptions {
  std::vector<std::string> paths;        // files and folders; --backfill means the same
  std::vector<std::string> followed;     // files
  std::vector<std::string> watched;      // folders
  std::vector<net::Endpoint> endpoints;  // to listen on
  net::Access access;                    // of their files
  std::string tls_certificate;           // empty: no TLS
  std::string tls_key;
  std::string tls_client_authorities;
  frame::ListenerLimits limits;
  std::optional<archive::Options> archive;
  std::string control;                     // as given; may be empty
  std::string backfill_group;              // may be empty
  std::string metrics;                     // an address, or empty
  std::vector<std::string> metrics_hosts;  // names that http::HostList takes
  std::string database;                    // as given; may be empty
  std::string outbox;                      // likewise; of a cluster
  source::Policy policy;
  bool types_given = false;  // of the policy
  bool untrusted_given = false;
  std::chrono::nanoseconds flush_interval{};
  std::chrono::seconds stats_interval{};  // zero: none
  std::uint64_t memory = 0;
  JournalKeep journal_keep;
  bool journal_given = false;
  DatabaseLimits database_limits;
  bool activated = false;  // take the sockets that systemd hands over, and be live even without -u
  bool no_wait = false;    // for a database that is in use
  bool compact = false;
  bool repair = false;  // mend a damaged log first
  bool check = false;   // say whether all this could be had, and end
  bool report_json = false;
  bool verbose = false;
  std::optional<std::string> config_text;  // what the file of --config held
  std::string print_and_exit;              // --help or --version: this text, and nothing else

  // Does it run until a signal?
  bool live() const {
    return activated || !endpoints.empty() || !followed.empty() || !watched.empty();
  }
};

// kUsage, kNoInput. `config_text`, if any, is taken in place of the file of --config.
Result<IngestOptions> ParseIngestOptions(int argc, const char* const* argv,
                                         std::optional<std::string> config_text = {});

}  // namespace pdns::tools
