using System.Globalization;
using TorchSharp;

namespace GBlend.MLNet;

/// <summary>
/// What decides a training, as names and texts: the rows, the settings, and the code. A training that was interrupted goes on where all are the same.
/// </summary>
internal static class RunIdentity
{
    /// <summary>Settings that decide where and beside what a training runs, and nothing of what it comes to.</summary>
    private static readonly string[] s_surroundings =
    [
        nameof(TrainingSettings.Device), nameof(TrainingSettings.GpuDeviceId), nameof(TrainingSettings.FallbackToCpu),
        nameof(TrainingSettings.TrainsSideBySide), nameof(TrainingSettings.LossPrecision),
    ];

    /// <summary>The names and texts of a training, in the order in which differences are best named.</summary>
    internal static IReadOnlyDictionary<string, string> Of(TrainingRows rows, TrainingSettings settings)
    {
        var facts = new OrderedDictionary<string, string>
        {
            ["GBlend.MLNet"] = ObjectFacts.CodeOf(typeof(RunIdentity).Assembly),
            ["TorchSharp"] = ObjectFacts.CodeOf(typeof(torch).Assembly),
            ["libtorch"] = torch.__version__,
            [".NET"] = Environment.Version.ToString(2),
        };
        var objects = new ObjectFacts(facts);
        var compared = typeof(TrainingSettings).GetProperties().Where(p => !s_surroundings.Contains(p.Name));
        foreach (var property in compared.OrderBy(p => p.Name == nameof(TrainingSettings.Modalities)))
            objects.Add(property.Name, property.GetValue(settings));
        facts["the number of rows"] = rows.Count.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, digest) in RowDigests.Of(rows, [.. settings.Modalities.Select(m => m.Column)]))
            facts[name] = digest;
        return facts;
    }
}
