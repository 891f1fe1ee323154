#include "store_clickhouse/curl_library.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>
#include <string>

// A header for C makes them macros, which check what stands in "...".
#undef curl_easy_setopt
#undef curl_easy_getinfo

namespace pdns::store_clickhouse {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";

// NOLINTBEGIN(cppcoreguidelines-pro-type-vararg): as libcurl has them
using SetOption = CURLcode (*)(CURL*, CURLoption, ...);
using GetInfo = CURLcode (*)(CURL*, CURLINFO, ...);
// NOLINTEND(cppcoreguidelines-pro-type-vararg)

// Its functions, all of them or none.
struct Functions {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  SetOption easy_setopt = nullptr;
  GetInfo easy_getinfo = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_easy_escape) easy_escape = nullptr;
  decltype(&curl_free) free = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
  Status status;
};

class Loader {
 public:
  Functions Load() {
    // Never unloaded: it serves until the process ends. Its own libraries stay its own, also where
    // the program has a copy of OpenSSL linked in.
    library_ = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) return Failed();
    Functions all;
    Find(all.global_init, "curl_global_init");
    Find(all.easy_init, "curl_easy_init");
    Find(all.easy_cleanup, "curl_easy_cleanup");
    Find(all.easy_reset, "curl_easy_reset");
    Find(all.easy_setopt, "curl_easy_setopt");
    Find(all.easy_getinfo, "curl_easy_getinfo");
    Find(all.easy_perform, "curl_easy_perform");
    Find(all.easy_strerror, "curl_easy_strerror");
    Find(all.easy_escape, "curl_easy_escape");
    Find(all.free, "curl_free");
    Find(all.slist_append, "curl_slist_append");
    Find(all.slist_free_all, "curl_slist_free_all");
    return found_ ? all : Failed();
  }

 private:
  template <class Function>
  void Find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    found_ = found_ && function != nullptr;
  }

  static Functions Failed() {
    const char* words = dlerror();
    Functions none;
    none.status = Status::Io(
        std::string(kLibrary) + " cannot be loaded, which speaks to clusters (" +
        (words == nullptr ? "no reason is known" : words) + "): install the package libcurl4");
    return none;
  }

  void* library_ = nullptr;
  bool found_ = true;
};

const Functions& Library() {
  static const Functions kFunctions = Loader().Load();
  return kFunctions;
}

bool Loaded() { return Library().status.ok(); }

}  // namespace

const Status& LoadCurl() { return Library().status; }

}  // namespace pdns::store_clickhouse

using pdns::store_clickhouse::Library;
using pdns::store_clickhouse::Loaded;

// Without the library there are no handles, so a handle says that it is loaded.
extern "C" {

CURLcode curl_global_init(long flags) {
  return Loaded() ? Library().global_init(flags) : CURLE_FAILED_INIT;
}

CURL* curl_easy_init() { return Loaded() ? Library().easy_init() : nullptr; }

void curl_easy_cleanup(CURL* curl) {
  if (curl != nullptr) Library().easy_cleanup(curl);
}

void curl_easy_reset(CURL* curl) {
  if (curl != nullptr) Library().easy_reset(curl);
}

// As libcurl has them. Its enumerations are passed as they are: promotion changes no value of
// theirs.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wvarargs"
// NOLINTBEGIN(cppcoreguidelines-pro-type-vararg,cert-dcl50-cpp,bugprone-branch-clone)
CURLcode curl_easy_setopt(CURL* curl, CURLoption option, ...) {
  if (curl == nullptr) return CURLE_BAD_FUNCTION_ARGUMENT;
  va_list list;
  va_start(list, option);
  CURLcode code = CURLE_OK;
  // The number of an option tells the type of its value.
  const int type = option - option % CURLOPTTYPE_OBJECTPOINT;
  if (type == CURLOPTTYPE_LONG) {
    code = Library().easy_setopt(curl, option, va_arg(list, long));
  } else if (type == CURLOPTTYPE_OFF_T) {
    code = Library().easy_setopt(curl, option, va_arg(list, curl_off_t));
  } else {
    code = Library().easy_setopt(curl, option, va_arg(list, void*));
  }
  va_end(list);
  return code;
}

CURLcode curl_easy_getinfo(CURL* curl, CURLINFO info, ...) {
  if (curl == nullptr) return CURLE_BAD_FUNCTION_ARGUMENT;
  va_list list;
  va_start(list, info);
  const CURLcode code = Library().easy_getinfo(curl, info, va_arg(list, void*));
  va_end(list);
  return code;
}
// NOLINTEND(cppcoreguidelines-pro-type-vararg,cert-dcl50-cpp,bugprone-branch-clone)
#pragma GCC diagnostic pop

CURLcode curl_easy_perform(CURL* curl) {
  return curl == nullptr ? CURLE_BAD_FUNCTION_ARGUMENT : Library().easy_perform(curl);
}

const char* curl_easy_strerror(CURLcode code) {
  return Loaded() ? Library().easy_strerror(code) : "";
}

char* curl_easy_escape(CURL* curl, const char* text, int length) {
  return curl == nullptr ? nullptr : Library().easy_escape(curl, text, length);
}

void curl_free(void* memory) {
  if (memory != nullptr) Library().free(memory);
}

curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  return Loaded() ? Library().slist_append(list, text) : list;
}

void curl_slist_free_all(curl_slist* list) {
  if (list != nullptr) Library().slist_free_all(list);
}

}  // extern "C"
