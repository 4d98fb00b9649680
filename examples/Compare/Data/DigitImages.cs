namespace Compare;

/// <summary>Draws digits: a small glyph, slanted, turned, stretched and moved at random, no two alike.</summary>
internal static class DigitImages
{
    /// <summary>The side of an image in pixels.</summary>
    public const int Side = 16;

    private const int GlyphWidth = 5, GlyphHeight = 7;

    // Rows from the top, '#' is ink.
    private static readonly string[][] s_glyphs =
    [
        [".###.", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."],
        ["..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."],
        [".###.", "#...#", "....#", "..##.", ".#...", "#....", "#####"],
        [".###.", "#...#", "....#", "..##.", "....#", "#...#", ".###."],
        ["...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."],
        ["#####", "#....", "####.", "....#", "....#", "#...#", ".###."],
        ["..##.", ".#...", "#....", "####.", "#...#", "#...#", ".###."],
        ["#####", "....#", "...#.", "..#..", ".#...", ".#...", ".#..."],
        [".###.", "#...#", "#...#", ".###.", "#...#", "#...#", ".###."],
        [".###.", "#...#", "#...#", ".####", "....#", "...#.", ".##.."],
    ];

    /// <summary>The ink of a digit's image, row by row, from 0 to 1.</summary>
    public static double[] Draw(int digit, Random random)
    {
        double angle = Between(random, -0.2, 0.2), slant = Between(random, -0.25, 0.25);
        double cellWidth = Between(random, 1.7, 2.5), cellHeight = Between(random, 1.6, 2.1);
        double right = Between(random, -1.5, 1.5), down = Between(random, -1.5, 1.5);
        double ink = Between(random, 0.7, 1);
        var image = new double[Side * Side];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                // From the pixel back to the place in the glyph.
                double px = x - ((Side - 1) / 2.0) - right, py = y - ((Side - 1) / 2.0) - down;
                double gy = ((-Math.Sin(angle) * px) + (Math.Cos(angle) * py)) / cellHeight;
                double gx = ((Math.Cos(angle) * px) + (Math.Sin(angle) * py) + (slant * py)) / cellWidth;
                image[(y * Side) + x] = ink * Ink(digit, gx + ((GlyphWidth - 1) / 2.0), gy + ((GlyphHeight - 1) / 2.0));
            }
        }
        return image;
    }

    /// <summary>Between the four cells around a place.</summary>
    private static double Ink(int digit, double x, double y)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double alongX = x - left, alongY = y - top;
        return ((1 - alongX) * (1 - alongY) * Cell(digit, left, top)) + (alongX * (1 - alongY) * Cell(digit, left + 1, top))
            + ((1 - alongX) * alongY * Cell(digit, left, top + 1)) + (alongX * alongY * Cell(digit, left + 1, top + 1));
    }

    private static double Cell(int digit, int x, int y) =>
        x is >= 0 and < GlyphWidth && y is >= 0 and < GlyphHeight && s_glyphs[digit][y][x] == '#' ? 1 : 0;

    private static double Between(Random random, double low, double high) => low + ((high - low) * random.NextDouble());
}
