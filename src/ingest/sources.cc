#include "ingest/sources.h"

#include <algorithm>
#include <filesystem>

namespace pdns::ingest {
namespace {

namespace fs = std::filesystem;

std::uint64_t SizeOf(const fs::path& path) {
  std::error_code error;
  const auto size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
  return error ? 0 : size;
}

// A directory that cannot be read is named in its place; those beside it are listed all the same.
void ListDirectory(const std::string& directory, std::vector<SourcePath>& out) {
  std::vector<SourcePath> found;
  std::vector<fs::path> pending{directory};
  while (!pending.empty()) {
    const fs::path here = std::move(pending.back());
    pending.pop_back();
    std::error_code error;
    for (fs::directory_iterator it(here, error), end; !error && it != end; it.increment(error)) {
      if (it->path().filename().native().front() == '.') continue;
      std::error_code ignored;
      if (it->is_directory(ignored) && !it->is_symlink(ignored)) {
        pending.push_back(it->path());
      } else if (it->is_regular_file(ignored)) {
        found.push_back({it->path(), SizeOf(it->path()), {}, true});
      }
    }
    if (error) found.push_back({here, 0, Status::Io("cannot be read: " + error.message()), true});
  }
  std::sort(found.begin(), found.end(),
            [](const SourcePath& a, const SourcePath& b) { return a.path < b.path; });
  std::move(found.begin(), found.end(), std::back_inserter(out));
}

}  // namespace

std::vector<SourcePath> ListSources(const std::vector<std::string>& arguments) {
  std::vector<SourcePath> sources;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (argument != "-" && fs::is_directory(argument, error)) {
      ListDirectory(argument, sources);
    } else {
      sources.push_back({argument, argument == "-" ? 0 : SizeOf(argument), {}, false});
    }
  }
  return sources;
}

}  // namespace pdns::ingest
