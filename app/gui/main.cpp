// The studio: opens the scenario given on the command line, else the flagship, playing; the first time with the gallery.
#include <QApplication>
#include <QCommandLineParser>

#include "gui/file_commands.h"
#include "gui/main_window.h"
#include "gui/pictures.h"
#include "gui/style/theme.h"
#include "gui/style/theme_name.h"

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

  if (const QString wanted = parser.value(theme);
      parser.isSet(theme) && faultline::themeName(faultline::themeNamed(wanted)) != wanted) {
    qCritical("error: there is no theme \"%s\" (known: system, dark, light)", qPrintable(wanted));
    return 2;
  }
  const faultline::Memory memory = faultline::Memory::ofUser();
  const QString mode =
      parser.isSet(theme) ? parser.value(theme) : memory.settings().value(QStringLiteral("theme")).toString();
  faultline::Theme::instance().install(application);
  faultline::Theme::instance().setMode(faultline::themeNamed(mode));
  if (parser.isSet(pictures)) return faultline::takePictures(parser.value(pictures)) ? 0 : 1;
  faultline::MainWindow window(memory);
  window.show();
  const QStringList files = parser.positionalArguments();
  if (files.isEmpty())
    window.files().begin();
  else if (window.files().open(files.first()) && parser.isSet(play))
    window.run().play();
  window.files().offerLeftWork();
  return QApplication::exec();
}
