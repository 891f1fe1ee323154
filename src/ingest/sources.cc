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

void ListDirectory(const std::string& directory, std::vector<SourcePath>& out) {
  std::vector<SourcePath> found;
  std::error_code error;
  fs::recursive_directory_iterator it(directory, error);
  if (error) {
    out.push_back({directory, 0, Status::Io("cannot be read: " + error.message())});
    return;
  }
  while (it != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (it->is_regular_file(ignored)) found.push_back({it->path(), SizeOf(it->path()), {}});
    const std::string at = it->path();
    it.increment(error);
    // The iterator ends with the error: what is left below is named, not passed over in silence.
    if (error) found.push_back({at, 0, Status::Io("cannot be entered: " + error.message())});
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
      sources.push_back({argument, argument == "-" ? 0 : SizeOf(argument), {}});
    }
  }
  return sources;
}

}  // namespace pdns::ingest
