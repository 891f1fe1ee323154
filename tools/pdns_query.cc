// pdns-query: answers from the database. Options, open, look up, print.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "database_path.h"
#include "query/lookup.h"
#include "query_options.h"
#include "render/format.h"
#include "store/rocks.h"

namespace pdns::tools {
namespace {

constexpr int kNothingFound = 1;
constexpr int kIncomplete = 2;

int Refuse(const Status& status) {
  LogError(status.message());
  return ExitCode(status.code());
}

void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

query::Outcome Answer(store::Reader& reader, const QueryOptions& options) {
  render::FormatOptions look;
  look.colour = isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  look.wire = options.wire;
  look.reason = options.request.quarantined;
  const auto kind = options.json ? render::FormatKind::kJson : render::FormatKind::kTable;
  const auto format = render::MakeFormat(kind, look, Print);
  auto outcome = query::Lookup(reader, options.request, [&](const store::Row& row) {
    format->Add({row.tuple, row.sighting, nullptr, {}});
    return std::ferror(stdout) == 0;
  });
  format->Finish();
  return outcome;
}

int Conclude(const query::Outcome& outcome, std::uint64_t limit) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    return Refuse(Status::Io("the answer cannot be written to standard output"));
  }
  if (!outcome.status.ok()) {
    LogError("the answer is incomplete: " + outcome.status.message());
    return kIncomplete;
  }
  if (outcome.limited) {
    LogWarning("there is more: cut at --limit " + std::to_string(limit));
    return kIncomplete;
  }
  return outcome.rows > 0 ? 0 : kNothingFound;
}

int Main(int argc, const char* const* argv) {
  StartLog("pdns-query", false);
  const auto options = ParseQueryOptions(argc, argv);
  if (!options.ok()) return Refuse(options.status());
  if (!options->print_and_exit.empty())
    return std::fputs(options->print_and_exit.c_str(), stdout) < 0;
  if (!options->notice.empty()) LogInfo(options->notice);
  const auto path = DatabasePath(options->database, Access::kRead);
  if (!path.ok()) return Refuse(path.status());
  const auto reader = store::OpenRocksReader(*path, options->request.question.index);
  if (!reader.ok()) return Refuse(reader.status());
  return Conclude(Answer(**reader, *options), options->request.limit);
}

}  // namespace
}  // namespace pdns::tools

int main(int argc, char** argv) { return pdns::tools::Main(argc, argv); }
