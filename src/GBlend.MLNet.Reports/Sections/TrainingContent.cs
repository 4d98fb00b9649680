using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace GBlend.MLNet.Reports;

/// <summary>What a report of a training holds.</summary>
internal sealed class TrainingContent
{
    /// <param name="history">How the training went.</param>
    /// <param name="results">What it came to.</param>
    /// <param name="facts">What the model says of itself; <see langword="null"/> without a model.</param>
    /// <param name="confused">The rows that are shown, the worst first.</param>
    /// <param name="pictures">Their pictures, by position.</param>
    /// <param name="options">What was asked for.</param>
    internal TrainingContent(
        TrainingHistory history, TestResults results, ModelFacts? facts, IReadOnlyList<int> confused,
        IReadOnlyDictionary<long, IReadOnlyList<(string Column, string Uri)>> pictures, ReportOptions options)
    {
        Title = options.Title;
        Verdict = VerdictText.Of(history, results);
        var classes = ClassResults.Of(results);
        var confusion = ClassResults.Confusion(results);
        var calibration = Calibration.Of(results);
        var groups = GroupResult.All(results);
        var warnings = ReportWarnings.Of(history, results, classes, facts?.Threshold, options.Warnings);
        var settings = SettingsList.Of(history, facts, options);
        (Figures, Sections) = Collect(
        [
            ModalitySection.Of(results, history, options.TrainingTime),
            WarningSection(warnings),
            .. HistorySections.Of(history),
            ClassSections.Confusion(results, classes, confusion),
            ClassSections.Gains(results, classes),
            CalibrationSection.Of(results, calibration),
            RowSections.Confused(results, confused, pictures, options.RowNameColumnName),
            RowSections.Groups(results, groups, options.GroupColumnName),
            HeldOutSection.Of(history, options.Trainer),
            SettingsList.Section(settings),
        ]);
        Numbers = TrainingNumbers.Of(Verdict, history, results, classes, confusion, calibration, groups, confused, warnings, settings);
    }

    internal string Title { get; }

    internal string Verdict { get; }

    internal IReadOnlyList<Figure> Figures { get; }

    internal IReadOnlyList<XElement> Sections { get; }

    internal JsonObject Numbers { get; }

    private static (IReadOnlyList<Figure>, IReadOnlyList<XElement>) Collect(IEnumerable<Part?> parts)
    {
        Part[] there = [.. parts.OfType<Part>()];
        return ([.. there.SelectMany(p => p.Figures)], [.. there.Select(p => p.Section)]);
    }

    private static Part? WarningSection(IReadOnlyList<string> warnings) => warnings.Count == 0 ? null
        : new(Html.Section("warnings", "Warnings", Html.Of("ul", warnings.Select(w => Html.Of("li", w)))));
}

/// <summary>A part of a page with the figures in it.</summary>
/// <param name="Section">The part.</param>
/// <param name="Figures">The figures that it shows.</param>
internal sealed record Part(XElement Section, params IReadOnlyList<Figure> Figures);
