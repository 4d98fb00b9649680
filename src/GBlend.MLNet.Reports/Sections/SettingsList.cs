using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.ML;

namespace GBlend.MLNet.Reports;

/// <summary>With what a model was made.</summary>
internal static class SettingsList
{
    private static readonly string[] s_notShown = [nameof(GradientBlendingTrainer.Options.CancellationToken), nameof(GradientBlendingTrainer.Options.Progress)];

    internal static IReadOnlyList<(string Name, string Value)> Of(TrainingHistory history, ModelFacts? facts, ReportOptions options)
    {
        var settings = new List<(string, string)> { ("Seed", Text(history.Seed)), ("Epochs", Text(history.Epochs.Count)), ("Answer", history.Answer) };
        if (facts is not null)
        {
            settings.AddRange(facts.Modalities.Select(m => ($"Modality {m.Column}", $"{m.Encoder}, rows of {m.Shape}")));
            settings.Add(("Joint branch", facts.Fusion));
        }
        if (options.Trainer is { } trainer)
        {
            settings.AddRange(typeof(GradientBlendingTrainer.Options).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => !s_notShown.Contains(p.Name))
                .Select(p => ($"{p.Name}", Text(p.GetValue(trainer)))));
        }
        settings.AddRange(options.Facts.Select(f => (f.Key, f.Value)));
        settings.AddRange(Versions());
        return settings;
    }

    internal static Part Section(IReadOnlyList<(string Name, string Value)> settings) => new(Html.Section("settings", "Settings and versions",
        Html.Of("dl", settings.Select(s => new[] { Html.Of("dt", Inert.Name(s.Name)), Html.Of("dd", Inert.Name(s.Value, 400)) }))));

    /// <summary>The versions of what computed.</summary>
    internal static IEnumerable<(string, string)> Versions() =>
    [
        ("GBlend.MLNet", VersionOf(typeof(TrainingHistory).Assembly)), ("Microsoft.ML", VersionOf(typeof(MLContext).Assembly)),
            ("TorchSharp", VersionOf(typeof(TorchSharp.torch).Assembly)),
        (".NET", Environment.Version.ToString()), ("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
    ];

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version?.ToString()
            ?? "?";

    private static string Text(object? value) => value switch
    {
        null => "not set",
        string text => text,
        IEnumerable items => string.Join("; ", items.Cast<object?>().Select(Text)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
