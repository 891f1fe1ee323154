#include "tools/ingest/option_list.h"

namespace pdns::tools {
namespace {

using enum OptionKind;

constexpr const char* kNo = OptionRow::kAbsent;

OptionGroup Input() {
  return {
      "Input",
      {
          {"unix,u", kTexts, "SOCKET", kNo,
           "Create this Unix socket and read what resolvers send to it, until a signal"},
          {"listen,a", kTexts, "ADDRESS:PORT", kNo,
           "Listen for resolvers on this TCP address, until a signal; a port alone means "
           "127.0.0.1"},
          {"activated", kFlag, "", kNo,
           "Listen on the sockets that systemd hands over (socket activation), until a signal"},
          {"follow", kTexts, "FILE", kNo,
           "Read this capture as it grows and through its rotations, like tail -F, until a signal"},
          {"watch", kTexts, "DIR", kNo,
           "Read each capture of this directory once it is complete, until a signal"},
          {"backfill", kTexts, "PATH", kNo,
           "Read this capture, or every capture in this directory, as a PATH without option does"},
          {"message-type", kText, "TYPES", "RESOLVER_RESPONSE",
           "Read frames of these dnstap message types, separated by commas, and skip all others"},
          {"untrusted", kText, "WHAT", "quarantine",
           "Choose what to do with a record outside the CNAME chain of its answer or outside the "
           "zone of its server: quarantine, store (as trusted) or drop"},
      }};
}

OptionGroup Sockets() {
  return {"Sockets and connections",
          {
              {"socket-mode", kText, "MODE", "0660",
               "Set the permissions of the Unix sockets of --unix, in octal"},
              {"socket-owner", kText, "USER", kNo,
               "Set the owner of the Unix sockets of --unix, by name or number"},
              {"socket-group", kText, "GROUP", kNo,
               "Set the group of the Unix sockets of --unix, by name or number"},
              {"tls-cert", kText, "FILE", kNo,
               "Use TLS for all TCP connections, with the certificate chain in FILE (PEM)"},
              {"tls-key", kText, "FILE", kNo,
               "Read the private key of the certificate of --tls-cert from FILE (PEM)"},
              {"tls-client-ca", kText, "FILE", kNo,
               "Refuse TLS clients without a certificate of an authority in FILE (PEM)"},
              {"max-connections", kText, "N", "1000",
               "Accept at most N connections by Unix sockets, N by TCP and N by TLS; others wait"},
              {"connection-memory", kText, "SIZE", "64M",
               "Hold at most SIZE of unfinished frames for all connections together, 1M or more"},
          }};
}

OptionGroup Archive() {
  return {"archive::Archive of the frames that sockets receive",
          {
              {"archive", kText, "DIR", kNo,
               "Write each received frame of an accepted type to capture files in DIR"},
              {"archive-name", kText, "NAME", "pdns",
               "Begin the names of archive files with NAME: NAME-20261122T190000Z.dnstap"},
              {"archive-all", kFlag, "", kNo,
               "Write received frames of every type to the archive, not only of accepted types"},
              {"archive-rotate", kText, "LIMIT", "1h",
               "Begin a new archive file at this age, this size or both: 1h, 256M or 1h,1G"},
              {"archive-keep", kText, "LIMIT", kNo,
               "Remove the oldest archive files beyond this age, this total size or both: 30d, "
               "100G or 30d,100G; without it all are kept"},
              {"min-free", kText, "SIZE", "1G",
               "Pause the archive while its disk has less than SIZE free"},
              {"no-archive-compress", kFlag, "", kNo,
               "Leave finished archive files as they are instead of compressing them with zstd"},
          }};
}

OptionGroup Database() {
  return {
      "Database",
      {
          {"database,d", kText, "PATH", kNo,
           "Write to the database in directory PATH, or to the cluster at clickhouse://HOST; "
           "without "
           "it: $PDNS_DATABASE, /var/lib/pdns if it can be used, ~/.local/share/pdns"},
          {"outbox", kText, "DIR", kNo,
           "Keep batches for a cluster in DIR until its servers have them; without it: outbox in "
           "/var/lib/pdns if that can be used, else in ~/.local/share/pdns"},
          {"flush-interval", kReal, "SECONDS", "10",
           "Commit an observation to disk at most SECONDS after it arrived; fractions are allowed"},
          {"memory", kText, "SIZE", "512M",
           "Use SIZE of memory for aggregation windows and database caches, 16M or more"},
          {"journal-keep", kText, "LIMIT", "7d,100000000",
           "Keep new tuples in the journal for pdns-query --new-since until this age, up to this "
           "number, or both"},
          {"max-database", kText, "SIZE", kNo,
           "Stop storing while the database, or the outbox of a cluster, has SIZE on disk, 1M or "
           "more; without it: no limit for a database, 4G for an outbox"},
          {"min-free-database", kText, "SIZE", "0",
           "Stop storing while the disk of the database has less than SIZE free; 0: no limit"},
          {"control", kText, "SOCKET", kNo,
           "Use SOCKET as control socket of a live ingester; without it: control.sock in the "
           "database"},
          {"backfill-group", kText, "GROUP", kNo,
           "Let members of GROUP hand captures to a live ingester; without it: root and its own "
           "user alone"},
          {"no-wait", kFlag, "", kNo,
           "Exit with 74 instead of waiting while another ingester writes the database"},
          {"compact", kFlag, "", kNo,
           "Rewrite the database into its smallest form at the end; needs no input"},
      }};
}

OptionGroup Reports() {
  return {"Reports and metrics",
          {
              {"stats-interval", kText, "TIME", "0",
               "Print a line of statistics to standard error each TIME, such as 60s; 0: never"},
              {"metrics", kText, "ADDRESS:PORT", kNo,
               "Serve Prometheus metrics, /health and /ready by HTTP on this address; a port alone "
               "means 127.0.0.1"},
              {"metrics-host", kTexts, "NAME", kNo,
               "Answer HTTP requests of --metrics for host NAME, too, not only for addresses, "
               "localhost and this machine's name; *: for any name"},
              {"report", kText, "FORMAT", "text",
               "Print the report of the run as text (to standard error) or json (one object to "
               "standard output)"},
              {"verbose,v", kFlag, "", kNo, "Print more detail to the log"},
          }};
}

OptionGroup CommandLine() {
  return {
      "General",
      {
          {"config", kText, "FILE", kNo,
           "Read options from FILE, a line each: name = value; the command line takes precedence"},
          {"check", kFlag, "", kNo,
           "Check that these options can be served, and exit with 0 or with the reason"},
          {"repair", kFlag, "", kNo,
           "Repair a database whose log is damaged: go on without the batches that are lost, "
           "and keep the log; needs no input"},
          {"version", kFlag, "", kNo, "Print the version and exit"},
          {"help,h", kFlag, "", kNo, "Print this help and exit"},
      }};
}

}  // namespace

const char* IngestUsage() {
  return
      R"(Usage: pdns-ingest [options] [FILE | DIR | -]...
       pdns-ingest [options] -u SOCKET

Reads the answers of resolvers from dnstap and stores each rrname, rrtype and rdata
with first-seen, last-seen and count, for pdns-query. A file may be compressed (gzip,
bzip2, xz, zstd, lz4). A directory means every file in it. No frame is counted twice,
however often a capture is given. If an ingester already runs on the database, it
reads the files for this one.

  pdns-ingest -u /run/dnstap/dnstap.sock --archive /var/lib/pdns-archive
  pdns-ingest /var/log/dnstap

Signals: TERM commits everything and ends; HUP restarts the program with the present
configuration and keeps all connections but TLS; USR1 prints all statistics.
Tasks of an operator (set-up, upgrade, full disk, damage, wrong counts): man 7 pdns.
)";
}

OptionTable IngestConfigTable() { return {Input(), Sockets(), Archive(), Database(), Reports()}; }

OptionTable IngestTable() {
  OptionTable table = IngestConfigTable();
  table.push_back(CommandLine());
  return table;
}

}  // namespace pdns::tools
