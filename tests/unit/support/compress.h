// Compressed bytes by libarchive. Link PkgConfig::archive.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pdns::testing {

inline constexpr std::array<const char*, 5> kCompressions{"gzip", "bzip2", "xz", "zstd", "lz4"};

// `options` as for archive_write_set_options, e.g. "gzip:compression-level=0".
inline std::string Compress(const std::string& filter, std::string_view bytes,
                            const char* options = nullptr) {
  const auto check = [](int code) {
    if (code != ARCHIVE_OK) throw std::runtime_error("libarchive refuses");
  };
  std::string out;
  const auto append = [](::archive*, void* to, const void* block, std::size_t size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(block), size);
    return static_cast<la_ssize_t>(size);
  };
  ::archive* writer = archive_write_new();
  const std::unique_ptr<::archive, int (*)(::archive*)> owner(writer, archive_write_free);
  check(archive_write_set_format_raw(writer));
  check(archive_write_add_filter_by_name(writer, filter.c_str()));
  if (options != nullptr) check(archive_write_set_options(writer, options));
  check(archive_write_set_bytes_in_last_block(writer, 1));  // no padding
  check(archive_write_open(writer, &out, nullptr, append, nullptr));
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                       archive_entry_free);
  archive_entry_set_pathname(entry.get(), "data");
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  check(archive_write_header(writer, entry.get()));
  if (archive_write_data(writer, bytes.data(), bytes.size()) !=
      static_cast<la_ssize_t>(bytes.size())) {
    throw std::runtime_error("libarchive writes short");
  }
  check(archive_write_close(writer));
  return out;
}

}  // namespace pdns::testing
