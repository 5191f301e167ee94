// A directory of results that is there in full or not at all.
//
// Files are written into a new directory beside the wanted one, which then takes its name in one step. A directory that
// holds anything but results of an earlier run is refused, unless the caller insists: then only files of the same names
// are replaced in it, one by one, and everything else stays. The same is done with a directory beside which nothing can
// be made, as with a folder of one's own in somebody else's.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace faultline::cli {

class OutputDirectory {
 public:
  OutputDirectory() = default;
  // Removes what was not published.
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;

  // Checks that results may go to `path` and makes the hidden directory. Returns a problem, or an empty text.
  std::string prepare(const std::string& path, bool insist);
  // Writes the files (name, content) and gives them their final place. Returns a problem, or an empty text.
  std::string publish(const std::vector<std::pair<std::string, std::string>>& files);

 private:
  std::string makeHidden();
  std::string moveEach(const std::vector<std::pair<std::string, std::string>>& files);
  std::string moveIntoPlace(const std::vector<std::pair<std::string, std::string>>& files);

  std::filesystem::path target_;
  std::filesystem::path hidden_;
  bool keepsOthers_ = false;  // the target holds files of others, which stay
  bool isInside_ = false;     // the hidden directory is in the target
};

// The names of the files that a run writes; a directory that holds nothing else may be replaced.
inline constexpr const char* kScenarioFile = "scenario.yaml";
inline constexpr const char* kTimelineFile = "timeline.csv";
inline constexpr const char* kSummaryFile = "summary.json";
inline constexpr const char* kFingerprintFile = "fingerprint.txt";
inline constexpr const char* kTracesFile = "traces.json";
inline constexpr const char* kChromeFile = "traces.chrome.json";

}  // namespace faultline::cli
