// Could this configuration be served? Options -> [CheckIngest] -> yes, or what the start would
// stumble over.
//
// Every thing that a start opens is opened, and closed again: sockets, metrics, watched folders,
// TLS, the archive, the database. What a running service holds cannot be opened a second time: on a
// reload it tells by Held what it has. Of that it is looked at whether it is still there for the
// next process: the files of its Unix sockets, and its database, which is opened to read.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/status.h"
#include "tools/common/engine.h"
#include "tools/ingest/options.h"

namespace pdns::tools {

// What a running service has open, by kind and name. A value.
class Held {
 public:
  // kSocketFile: the file of a Unix socket, by FileName(). kOpen: a database that is not waited
  // for.
  enum class Kind : std::uint8_t {
    kSocket,
    kSocketFile,
    kActivated,
    kMetrics,
    kDatabase,
    kOpen,
    kArchive
  };

  // Of the service whose reload this process is asked about, by the environment; else empty.
  static Held FromEnvironment();

  void Add(Kind kind, std::string_view name) { lines_.insert(Line(kind, name)); }
  bool Has(Kind kind, std::string_view name) const { return lines_.contains(Line(kind, name)); }
  bool HasAny(Kind kind) const;
  // `id`: net::SocketFileId.
  static std::string FileName(std::string_view path, std::string_view id);
  bool empty() const { return lines_.empty(); }

  // The environment's entry, NAME=VALUE, for a child to ask FromEnvironment.
  std::string Environment() const;

 private:
  static std::string Line(Kind kind, std::string_view name);

  std::set<std::string> lines_;
};

// How an archive is named among what is held: the files of one name in one folder.
std::string ArchiveId(const archive::Options& archive);

// The first thing that cannot be had, in the words and with the code of a start. Leaves nothing
// behind but the folder of an archive and a database that is empty, as a start would make them.
Status CheckIngest(const IngestOptions& options, const Place& place, const Held& held);

}  // namespace pdns::tools
