// Rows as a zone file: Hit -> [ZoneLines] -> "name IN type rdata ; first .. last count", below
// "$TTL 0", which a person reads and named-checkzone loads.
//
// A zone holds less at one owner than was seen there over time, so the rows of an owner, which must
// come one behind the other, are held until the owner changes: of SOA, CNAME and DNAME the one seen
// last stays; of a CNAME and other data (RRSIG and NSEC aside) the side seen last. The rest become
// comments, as do types that no zone file takes (meta types, MD, MF), what the parser of its type
// may refuse, so that no record spoils the zone, and, where names come before those below them, the
// SOA of a zone below the one that was begun. More than 10,000 rows at one owner (or 16 MiB of
// them) are judged in parts of that size.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "record/rrtype.h"
#include "render/writer.h"

namespace pdns::render {

// One thread at a time.
class ZoneLines final : public Writer {
 public:
  ZoneLines(Look look, TextSink write) : Writer(std::move(look), std::move(write)) {}

  void Add(const query::Hit& hit) override;
  void Finish() override { Release(); }

 private:
  struct Line {
    record::RrType type;
    std::chrono::sys_seconds last;
    bool comment = false;
    std::string text;
  };

  void KeepLastSeen(record::RrType type);
  void KeepAliasOrOthers();
  bool IsOfZoneBelow(const record::Tuple& tuple);
  void Release();

  std::string owner_;  // wire, of what is held
  std::vector<Line> held_;
  std::size_t held_bytes_ = 0;
  std::string zone_;  // wire, of the last SOA that was no comment
  bool begun_ = false;
};

}  // namespace pdns::render
