// The studio: opens the scenario given on the command line, else the flagship, playing.
#include <QApplication>
#include <QCommandLineParser>
#include <QDir>

#include "gui/main_window.h"
#include "gui/pictures.h"
#include "gui/style/theme.h"

namespace {

constexpr const char* kFlagship = "missing_index_cascade.yaml";

faultline::Theme::Mode modeOf(const QString& name) {
  if (name == QLatin1String("dark")) return faultline::Theme::Mode::Dark;
  if (name == QLatin1String("light")) return faultline::Theme::Mode::Light;
  return faultline::Theme::Mode::System;
}

}  // namespace

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("Faultline"));
  QApplication::setApplicationVersion(QStringLiteral(FAULTLINE_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("faultline"));

  QCommandLineParser parser;
  parser.setApplicationDescription(QStringLiteral("Draw an architecture, press play, break it, watch why."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(QStringLiteral("scenario"), QStringLiteral("The scenario file to open."),
                               QStringLiteral("[scenario.yaml]"));
  const QCommandLineOption theme(QStringLiteral("theme"), QStringLiteral("system, dark or light."),
                                 QStringLiteral("theme"), QStringLiteral("system"));
  const QCommandLineOption play(QStringLiteral("play"), QStringLiteral("Start the run at once."));
  const QCommandLineOption pictures(QStringLiteral("pictures"),
                                    QStringLiteral("Take the pictures of the documents into this folder, and end."),
                                    QStringLiteral("folder"));
  parser.addOptions({theme, play, pictures});
  parser.process(application);

  faultline::Theme::instance().install(application);
  faultline::Theme::instance().setMode(modeOf(parser.value(theme)));
  if (parser.isSet(pictures)) return faultline::takePictures(parser.value(pictures)) ? 0 : 1;
  faultline::MainWindow window;
  const QStringList files = parser.positionalArguments();
  const QString flagship = QDir(faultline::scenarioFolder()).filePath(QLatin1String(kFlagship));
  const bool isOpen = window.openFile(files.isEmpty() ? flagship : files.first());
  window.show();
  if (isOpen && (files.isEmpty() || parser.isSet(play))) window.run().play();
  return QApplication::exec();
}
