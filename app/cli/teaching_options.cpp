// The options of lesson, grade, handout, guess, round, board and texts.
#include <memory>

#include "cli/options.h"

namespace faultline::cli {
namespace {

void addLanguage(CLI::App& command, std::string& language) {
  const auto isLanguage = [](const std::string& code) {
    const bool fits =
        code.size() >= 2 &&
        code.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == std::string::npos;
    return fits ? std::string() : "\"" + code + "\" is no code of a language, such as en, de or pt_BR";
  };
  command.add_option("--lang", language, "Language of the texts, where they are translated; en otherwise")
      ->check(isLanguage)
      ->type_name("CODE");
}

void addSeat(CLI::App& command, WorkshopOptions& options) {
  CLI::Option* seat =
      command.add_option("--seat", options.seat, "Who sits there: the name gives luck of its own")
          ->check(notEmpty())
          ->type_name("NAME");
  command.add_option("--board", options.board, "Add the result to this scoreboard (a file)")
      ->type_name("FILE")
      ->needs(seat);
}

void addLesson(CLI::App& app, std::function<int()>& chosen) {
  const auto options = std::make_shared<LessonOptions>();
  CLI::App* lesson =
      app.add_subcommand("lesson", "Run a scenario and go through its lesson, with the answers of the run");
  lesson->add_option("file", options->run.file, "The scenario (YAML)")->required()->type_name("FILE");
  addSimulating(*lesson, options->run);
  addLanguage(*lesson, options->language);
  lesson->add_flag("--next", options->next, "Only the next step; how far you are is remembered");
  lesson->add_flag("--restart", options->restart, "From the first step again")->needs("--next");
  lesson->callback([options, &chosen] { chosen = [options] { return showLesson(*options); }; });
}

void addGrade(CLI::App& app, std::function<int()>& chosen) {
  const auto options = std::make_shared<GradeOptions>();
  CLI::App* grade = app.add_subcommand("grade", "Judge a mended design against its challenge");
  grade->add_option("challenge", options->given, "The challenge as it was given (YAML)")
      ->required()
      ->type_name("CHALLENGE");
  grade->add_option("answer", options->answer, "The mended design (YAML); without it, the challenge itself is judged")
      ->type_name("ANSWER");
  grade->add_option("--runs", options->runs, "Runs, each with other luck that nobody has seen")
      ->check(wholeNumberBetween(1, 1000))
      ->type_name("N");
  grade->add_option("--hints", options->hints, "Show so many hints instead")
      ->check(wholeNumberBetween(0, 1000))
      ->type_name("N");
  addSeat(*grade, options->workshop);
  addLanguage(*grade, options->language);
  addFormat(*grade, options->json);
  grade->callback([options, &chosen] { chosen = [options] { return gradeAnswer(*options); }; });
}

void addHandout(CLI::App& app, std::function<int()>& chosen) {
  const auto options = std::make_shared<HandoutOptions>();
  CLI::App* handout =
      app.add_subcommand("handout", "Write a lesson as a page to print (HTML), with the answers of the run");
  handout->add_option("file", options->run.file, "The scenario (YAML)")->required()->type_name("FILE");
  addSimulating(*handout, options->run);
  handout->add_option("--out", options->out, "Where to; standard output without it")->check(notEmpty())->type_name("FILE");
  handout->add_flag("--force", options->force, "Replace a file that is there");
  handout->add_flag("--no-answers", options->noAnswers, "Leave out the page with the answers");
  addLanguage(*handout, options->language);
  handout->callback([options, &chosen] { chosen = [options] { return writeHandout(*options); }; });
}

void addGuess(CLI::App& app, std::function<int()>& chosen) {
  const auto options = std::make_shared<GuessOptions>();
  CLI::App* guess =
      app.add_subcommand("guess", "Say where the first fault of a scenario was; for workshops with hidden faults");
  guess->add_option("file", options->file, "The scenario (YAML), with its timeline")->required()->type_name("FILE");
  guess->add_option("place", options->place, "A node, or an arrow: \"app -> db\"")->required()->type_name("PLACE");
  guess->add_option("--what", options->verb, "And what was done there: a verb of the timeline, such as crash")
      ->type_name("VERB");
  addSeat(*guess, options->workshop);
  guess->callback([options, &chosen] { chosen = [options] { return guessCause(*options); }; });
}

void addBoard(CLI::App& app, std::function<int()>& chosen) {
  const auto path = std::make_shared<std::string>(), length = std::make_shared<std::string>();
  CLI::App* round = app.add_subcommand("round", "Open a timed round of a workshop: only tries within a round count");
  round->add_option("board", *path, "The scoreboard; it is made where there is none")->required()->type_name("FILE");
  round->add_option("--for", *length, "How long, for example 20min")->required()->type_name("D");
  round->callback([path, length, &chosen] { chosen = [path, length] { return openRound(*path, *length); }; });
  const auto shown = std::make_shared<std::string>();
  CLI::App* board = app.add_subcommand("board", "Show a scoreboard");
  board->add_option("board", *shown, "The scoreboard")->required()->type_name("FILE");
  board->callback([shown, &chosen] { chosen = [shown] { return showBoard(*shown); }; });
}

void addTexts(CLI::App& app, std::function<int()>& chosen) {
  const auto file = std::make_shared<std::string>(), language = std::make_shared<std::string>();
  CLI::App* texts =
      app.add_subcommand("texts", "Print the texts of a scenario for a translator (PO), with those that are done");
  texts->add_option("file", *file, "The scenario (YAML)")->required()->type_name("FILE");
  addLanguage(*texts, *language);
  texts->get_option("--lang")->required();
  texts->callback([file, language, &chosen] { chosen = [file, language] { return printTexts(*file, *language); }; });
}

}  // namespace

void addTeaching(CLI::App& app, std::function<int()>& chosen) {
  addLesson(app, chosen);
  addGrade(app, chosen);
  addHandout(app, chosen);
  addGuess(app, chosen);
  addBoard(app, chosen);
  addTexts(app, chosen);
}

}  // namespace faultline::cli
