package ai.neo.systemtests.page;

import static com.microsoft.playwright.options.ColorScheme.DARK;
import static com.microsoft.playwright.options.ColorScheme.LIGHT;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;

/** Photographs the page over the fixture: light, dark and on a phone. Argument: a folder. */
public final class PageScreenshots {

  private static final String FIRST_PAINT =
      "Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)";

  private PageScreenshots() {}

  /** Writes page-light, page-dark, page-phone, page-start and page-wide, each as PNG. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    try (FixtureServer trading = FixtureServer.trading(0);
        FixtureServer starting = FixtureServer.starting();
        Playwright playwright = Browsers.playwright();
        Browser browser = Browsers.launch(playwright, Browsers.chromium().orElseThrow())) {
      photograph(browser, trading, sized(1600, 1120, LIGHT), folder.resolve("page-light.png"));
      photograph(browser, trading, sized(1600, 1120, DARK), folder.resolve("page-dark.png"));
      photograph(browser, trading, sized(360, 1100, DARK), folder.resolve("page-phone.png"));
      photograph(browser, starting, sized(1280, 900, LIGHT), folder.resolve("page-start.png"));
      photograph(browser, trading, sized(1920, 1080, DARK), folder.resolve("page-wide.png"));
    }
  }

  private static Browser.NewContextOptions sized(int width, int height, ColorScheme scheme) {
    return new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme);
  }

  private static void photograph(
      Browser browser, FixtureServer server, Browser.NewContextOptions view, Path file) {
    try (var context = browser.newContext(view)) {
      Page page = context.newPage();
      page.onConsoleMessage(message -> System.err.println(message.type() + ": " + message.text()));
      page.onPageError(error -> System.err.println("page error: " + error));
      page.navigate(server.url());
      page.locator("neo-health li").nth(5).waitFor();
      page.waitForTimeout(1200); // The charts follow the figures by a frame or two.
      page.screenshot(new Page.ScreenshotOptions().setPath(file));
      System.err.printf("%s: first paint after %s ms%n", file, page.evaluate(FIRST_PAINT));
    }
  }
}
