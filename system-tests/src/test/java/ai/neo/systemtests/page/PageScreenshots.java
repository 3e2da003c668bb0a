package ai.neo.systemtests.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;

/** Photographs the page over the fixture: light, dark and on a phone. Argument: a folder. */
public final class PageScreenshots {

  private PageScreenshots() {}

  /** Writes page-light.png, page-dark.png, page-phone.png and page-start.png. */
  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    try (FixtureServer trading = FixtureServer.trading(0);
        FixtureServer starting = FixtureServer.starting();
        Playwright playwright = Browsers.playwright();
        Browser browser = Browsers.launch(playwright, Browsers.chromium().orElseThrow())) {
      photograph(browser, trading.url(), view(1600, 1120, ColorScheme.LIGHT), folder.resolve("page-light.png"));
      photograph(browser, trading.url(), view(1600, 1120, ColorScheme.DARK), folder.resolve("page-dark.png"));
      photograph(browser, trading.url(), view(360, 780, ColorScheme.DARK), folder.resolve("page-phone.png"));
      photograph(browser, starting.url(), view(1280, 900, ColorScheme.LIGHT), folder.resolve("page-start.png"));
      photograph(browser, trading.url(), view(1920, 1080, ColorScheme.DARK), folder.resolve("page-wide.png"));
    }
  }

  private static Browser.NewContextOptions view(int width, int height, ColorScheme scheme) {
    return new Browser.NewContextOptions().setViewportSize(width, height).setColorScheme(scheme);
  }

  private static void photograph(
      Browser browser, String url, Browser.NewContextOptions view, Path file) {
    try (var context = browser.newContext(view)) {
      Page page = context.newPage();
      page.onConsoleMessage(message -> System.err.println(message.type() + ": " + message.text()));
      page.onPageError(error -> System.err.println("page error: " + error));
      page.navigate(url);
      page.locator("neo-health li").nth(5).waitFor();
      page.waitForTimeout(1200); // The charts follow the figures by a frame or two.
      page.screenshot(
          new Page.ScreenshotOptions().setPath(file).setFullPage(view.viewportSize.orElseThrow().width < 500));
    }
  }
}
