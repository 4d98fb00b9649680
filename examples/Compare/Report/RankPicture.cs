using System.Globalization;
using ScottPlot;

namespace Compare;

/// <summary>The critical-difference diagram: methods along the axis of their average rank, and a bar over those that can't be told apart.</summary>
internal static class RankPicture
{
    // There on most systems; named, so that the picture does not hang on what the system takes by default.
    private const string Font = "DejaVu Sans";
    private const float FontSize = 14;
    private const int Width = 1000, HeightOfAxis = 150, HeightOfLabel = 26;

    /// <summary>On an axis of more, every fifth tick has a number.</summary>
    private const int MostNumbers = 20;

    public static void Save(Ranking ranking, string title, string pathWithoutExtension)
    {
        var plot = Draw(ranking, title);
        int height = HeightOfAxis + (HeightOfLabel * (Rows(ranking) + 1));
        plot.SavePng(pathWithoutExtension + ".png", Width, height);
        plot.SaveSvg(pathWithoutExtension + ".svg", Width, height);
    }

    private static int Rows(Ranking ranking) => ((ranking.Methods.Count + 1) / 2) + ranking.Groups().Count();

    private static Plot Draw(Ranking ranking, string title)
    {
        var plot = new Plot();
        plot.Layout.Frameless();
        plot.HideGrid();
        int count = ranking.Methods.Count, half = (count + 1) / 2;
        double side = Math.Max(1.5, 0.35 * count), left = 1 - side, right = count + side;
        (int First, int Last)[] groups = [.. ranking.Groups()];
        plot.Axes.SetLimits(left, right, -Rows(ranking) - 1, 4);

        Text(plot, title, (left + right) / 2, 3.4, Alignment.MiddleCenter);
        Line(plot, 1, 0, count, 0, 2);
        for (int rank = 1; rank <= count; rank++)
        {
            Line(plot, rank, 0, rank, 0.25, 1);
            if (count <= MostNumbers || rank % 5 == 0 || rank == 1)
                Text(plot, rank.ToString(CultureInfo.InvariantCulture), rank, 0.7, Alignment.MiddleCenter);
        }
        Line(plot, 1, 1.7, 1 + ranking.CriticalDifference, 1.7, 3);
        Text(plot, string.Create(CultureInfo.InvariantCulture, $"critical difference {ranking.CriticalDifference:0.00}"), 1, 2.3, Alignment.MiddleLeft);

        for (int g = 0; g < groups.Length; g++)
            Line(plot, ranking.Methods[groups[g].First].Rank - 0.05, -0.5 - (0.6 * g), ranking.Methods[groups[g].Last].Rank + 0.05, -0.5 - (0.6 * g), 5);
        for (int i = 0; i < count; i++)
        {
            var (method, rank) = ranking.Methods[i];
            bool isLeft = i < half;
            double y = -groups.Length - (isLeft ? i : count - 1 - i) - 0.7, edge = isLeft ? 1 - (0.15 * side) : count + (0.15 * side);
            Line(plot, rank, 0, rank, y, 1);
            Line(plot, rank, y, edge, y, 1);
            Text(plot, string.Create(CultureInfo.InvariantCulture, $"{method}  {rank:0.0}"), isLeft ? edge - 0.1 : edge + 0.1, y, isLeft
                ? Alignment.MiddleRight : Alignment.MiddleLeft);
        }
        return plot;
    }

    private static void Line(Plot plot, double x1, double y1, double x2, double y2, float width)
    {
        var line = plot.Add.Line(x1, y1, x2, y2);
        line.LineWidth = width;
        line.Color = Colors.Black;
        line.MarkerSize = 0;
    }

    private static void Text(Plot plot, string words, double x, double y, Alignment alignment)
    {
        var text = plot.Add.Text(words, x, y);
        text.LabelFontName = Font;
        text.LabelFontSize = FontSize;
        text.LabelFontColor = Colors.Black;
        text.LabelAlignment = alignment;
    }
}
