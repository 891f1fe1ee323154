#include "source/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>

#include "base/log.h"

namespace pdns::source {
namespace {

namespace fs = std::filesystem;

std::uint64_t SizeOf(const fs::path& path) {
  std::error_code error;
  const auto size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
  return error ? 0 : size;
}

// A directory that cannot be read is named in its place; those beside it are listed all the same.
// False: there are more than `left` entries in it.
bool ListDirectory(const std::string& directory, std::size_t& left, std::vector<Path>& out) {
  std::vector<Path> found;
  std::vector<fs::path> pending{directory};
  std::size_t links = 0;
  std::string link;
  while (!pending.empty()) {
    const fs::path here = std::move(pending.back());
    pending.pop_back();
    std::error_code error;
    for (fs::directory_iterator it(here, error), end; !error && it != end; it.increment(error)) {
      if (left-- == 0) return false;
      if (it->path().filename().native().front() == '.') continue;
      std::error_code ignored;
      const fs::file_type type = it->symlink_status(ignored).type();
      if (type == fs::file_type::directory) {
        pending.push_back(it->path());
      } else if (type == fs::file_type::regular) {
        found.push_back({it->path(), SizeOf(it->path()), {}, {true, directory}});
      } else if (type == fs::file_type::symlink && links++ == 0) {
        link = it->path();
      }
    }
    if (error) {
      const Status unread = Status::Io("cannot be read: " + error.message());
      found.push_back({here, 0, unread, {true, directory}});
    }
  }
  // Whoever may write there may link to anything. What is meant can be named itself.
  if (links > 0) {
    LogWarning(fmt::format("{}: {} not followed: {}", directory,
                           links == 1 ? "a link is" : std::to_string(links) + " links are", link));
  }
  std::sort(found.begin(), found.end(),
            [](const Path& a, const Path& b) { return a.path < b.path; });
  std::move(found.begin(), found.end(), std::back_inserter(out));
  return true;
}

}  // namespace

bool IsPipe(const Path& source) {
  if (source.listed()) return false;
  if (source.path == "-") return true;
  std::error_code error;
  const fs::file_status status = fs::status(source.path, error);
  return fs::exists(status) && fs::is_other(status);
}

Result<std::vector<Path>> ListPaths(const std::vector<std::string>& arguments, std::size_t most) {
  std::vector<Path> sources;
  std::size_t left = most;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (argument == "-" || !fs::is_directory(argument, error)) {
      sources.push_back({argument, argument == "-" ? 0 : SizeOf(argument), {}, {}});
    } else if (!ListDirectory(argument, left, sources)) {
      return Status::Usage(fmt::format(
          "{}: more than {} entries in its folders: give them in parts", argument, most));
    }
  }
  return sources;
}

std::vector<Path> ListPaths(const std::vector<std::string>& arguments) {
  auto sources = ListPaths(arguments, std::numeric_limits<std::size_t>::max());
  return sources.ok() ? std::move(*sources) : std::vector<Path>();
}

}  // namespace pdns::source
