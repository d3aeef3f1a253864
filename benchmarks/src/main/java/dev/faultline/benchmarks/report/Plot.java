package dev.faultline.benchmarks.report;

import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Lines in a picture.
 *
 * @param name of its file in docs/benchmarks, without .svg
 * @param title what it shows
 * @param x the axis to the right, with its unit
 * @param y the axis upwards, with its unit
 * @param xLogarithmic whether equal ratios are equally far apart to the right
 * @param lines what is drawn
 */
public record Plot(String name, String title, String x, String y, boolean xLogarithmic, List<Line> lines) {
    private static final int WIDTH = 900;
    private static final int HEIGHT = 500;
    private static final int TICK_PIXELS = 50;

    /**
     * One line.
     *
     * @param name for the legend
     * @param x of its points, rising
     * @param y of its points, as many
     */
    public record Line(String name, List<Double> x, List<Double> y) {}

    /**
     * Writes it as an SVG.
     *
     * @param directory where to; made if need be
     * @return the file
     * @throws IOException if it cannot be written
     */
    public Path write(Path directory) throws IOException {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        chart.getStyler().setMarkerSize(0);
        chart.getStyler().setYAxisTickMarkSpacingHint(TICK_PIXELS);
        chart.getStyler().setXAxisLogarithmic(xLogarithmic);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        for (Line line : lines) {
            chart.addSeries(line.name(), line.x(), line.y());
        }
        VectorGraphics2D graphics = new VectorGraphics2D();
        chart.paint(graphics, WIDTH, HEIGHT);
        Files.createDirectories(directory);
        Path file = directory.resolve(name + ".svg");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Processors.get("svg")
                .getDocument(graphics.getCommands(), new PageSize(WIDTH, HEIGHT))
                .writeTo(out);
        Files.writeString(file, rounded(out.toString(StandardCharsets.UTF_8)));
        return file;
    }

    /** Hundredths of a pixel are enough, and half as much text. */
    private static String rounded(String svg) {
        return svg.replaceAll("(\\.\\d\\d)\\d+", "$1");
    }
}
