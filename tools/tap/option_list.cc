#include "tools/tap/option_list.h"

namespace pdns::tools {
namespace {

using enum OptionKind;

constexpr const char* kNo = OptionRow::kAbsent;

OptionGroup Input() {
  return {"Input",
          {
              {"unix,u", kTexts, "SOCKET", kNo,
               "Create this Unix socket and print what resolvers send to it"},
              {"follow", kTexts, "FILE", kNo,
               "Print this capture as it grows and through its rotations, like tail -F"},
              {"live", kFlag, "", kNo,
               "Print what a running pdns-ingest receives; it still stores every frame"},
              {"database,d", kText, "PATH", kNo,
               "With --live: find the ingester by its database in directory PATH; without it: "
               "$PDNS_DATABASE, /var/lib/pdns if it can be used, ~/.local/share/pdns"},
              {"control", kText, "SOCKET", kNo,
               "With --live: find the ingester by its control socket; without it: control.sock in "
               "the database"},
          }};
}

OptionGroup Filters() {
  return {
      "Filters",
      {
          {"type", kText, "TYPES", kNo,
           "Print only these dnstap message types, in short or long form: RR,CQ or "
           "RESOLVER_RESPONSE"},
          {"name", kTexts, "NAME", kNo,
           "Print only messages whose question is NAME; '*.blah.org' is that name and all below"},
          {"rrtype,t", kText, "TYPES", kNo,
           "Print only messages that ask for these rrtypes: names, numbers or TYPE65280, separated "
           "by commas"},
          {"rcode", kText, "CODES", kNo,
           "Print only responses with these response codes: NXDOMAIN,SERVFAIL"},
          {"address", kTexts, "ADDRESS", kNo,
           "Print only messages to or from this address or CIDR block"},
          {"answer-address", kTexts, "ADDRESS", kNo,
           "Print only messages with an A or AAAA record of this address or CIDR block in the "
           "answer section"},
      }};
}

OptionGroup Output() {
  return {
      "Output",
      {
          {"json,j", kFlag, "", kNo, "Print each message whole, as one line of JSON"},
          {"yaml,y", kFlag, "", kNo,
           "Print each message whole, as a YAML document like those of dnstap-read -y"},
          {"local", kFlag, "", kNo, "Print times in local time, as dnstap-read does, not in UTC"},
          {"count,q", kNumber, "N", OptionRow::kNone, "Exit after N printed frames"},
          {"version", kFlag, "", kNo, "Print the version and exit"},
          {"help,h", kFlag, "", kNo, "Print this help and exit"},
      }};
}

}  // namespace

const char* TapUsage() {
  return
      R"(Usage: pdns-tap [options] [FILE | -]...
       pdns-tap [options] --follow FILE | -u SOCKET | --live

Prints dnstap frames as they come: one line each, as dnstap-read does, or the whole
message as JSON or YAML. A file may be compressed (gzip, bzip2, xz, zstd, lz4).

  pdns-tap capture.dnstap.zst                    print a capture
  pdns-tap --live --rcode SERVFAIL               print failures that pdns-ingest receives
  pdns-tap --live --name '*.blah.org' -t A,AAAA  print questions for addresses below a name
  pdns-tap -u /run/tap.sock --json | jq .        print what resolvers send to a new socket
  pdns-tap x.dnstap --answer-address 10.0.0.0/8  print answers with a private address
)";
}

OptionTable TapOptionTable() { return {Input(), Filters(), Output()}; }

}  // namespace pdns::tools
