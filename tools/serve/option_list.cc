#include "tools/serve/option_list.h"

namespace pdns::tools {
namespace {

using enum OptionKind;

constexpr const char* kNo = OptionRow::kAbsent;

OptionGroup Serving() {
  return {
      "Serving",
      {
          {"database,d", kText, "PATH", kNo,
           "Answer from the database in directory PATH, or the cluster at clickhouse://HOST; "
           "without it: $PDNS_DATABASE, /var/lib/pdns if it can be used, ~/.local/share/pdns"},
          {"listen,l", kText, "ADDRESS:PORT", "127.0.0.1:8053",
           "Serve HTTP on this address; PORT alone is on 127.0.0.1, port 0 takes a free one"},
          {"keys", kText, "FILE", kNo,
           "Answer only requests with a key of FILE: one key a line, its name, SHA-256 and limits"},
          {"open", kFlag, "", kNo,
           "Allow anybody who can reach the address to ask; without it and without --keys only a "
           "loopback address is served"},
          {"tls-cert", kText, "FILE", kNo,
           "Speak TLS, with the certificate chain in FILE (PEM); needs --tls-key"},
          {"tls-key", kText, "FILE", kNo,
           "Read the private key of the certificate of --tls-cert from FILE (PEM)"},
          {"host", kTexts, "NAME", kNo,
           "Answer requests for host NAME, too, beside addresses, localhost and this machine's "
           "name; '*' is any"},
          {"cors", kTexts, "ORIGIN", kNo,
           "Let pages of ORIGIN, such as https://tools.example, read answers in a browser; '*' is "
           "any page"},
          {"audit", kText, "FILE", kNo,
           "Append a line to FILE for each request: who asked what, how many rows; 9 files of 64M "
           "are kept"},
          {"origin", kText, "TEXT", "pdns",
           "Name TEXT as the origin of each object in answers of the CIRCL interface"},
      }};
}

OptionGroup Limits() {
  return {"Limits",
          {
              {"max-time", kText, "TIME", "60s",
               "End an answer after TIME and say that it is not whole: 90s, 5m"},
              {"max-connections", kNumber, "N", "512",
               "Keep at most N connections; the oldest of them makes room for one more"},
              {"memory,m", kText, "SIZE", "128M", "Cache at most SIZE of the database's blocks"},
          }};
}

OptionGroup Other() {
  return {"Other",
          {
              {"config", kText, "FILE", kNo,
               "Read options from FILE, a line 'name = value' for each; those of the command line "
               "go first"},
              {"version", kFlag, "", kNo, "Print the version and exit"},
              {"help,h", kFlag, "", kNo, "Print this help and exit"},
          }};
}

}  // namespace

const char* ServeUsage() {
  return
      R"(Usage: pdns-serve [options]

Answers passive DNS lookups over HTTP, beside pdns-ingest or without it: the DNSDB API
(versions 2 and 1) and CIRCL's interface, for the clients that speak them, and an API of its own
with all that pdns-query can ask.

  pdns-serve                                     serve the default database on 127.0.0.1:8053
  pdns-serve -d other.db -l 9053                 serve other.db on 127.0.0.1:9053
  curl http://127.0.0.1:8053/dnsdb/v2/lookup/rrset/name/www.blah.org
  curl 'http://127.0.0.1:8053/api/v1/query?q=*.blah.org&since=7d'
  DNSDB_SERVER=http://127.0.0.1:8053 DNSDB_API_KEY=any dnsdbq -r '*.blah.org'
)";
}

OptionTable ServeOptionTable() { return {Serving(), Limits(), Other()}; }

OptionTable ServeConfigTable() { return {Serving(), Limits()}; }

}  // namespace pdns::tools
