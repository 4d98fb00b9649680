using System.Reflection;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>Trainer's options with modalities of several kinds.</summary>
internal static class Templates
{
    private const string EncoderPrefix = "encoder ";

    /// <summary>Rows that an encoder may read, those of most dimensions first, with the modalities that have such rows.</summary>
    private static readonly (int[] Shape, string Modality)[] s_rows =
        [([4, 16, 16, 3], nameof(Modality.Video)), ([16, 16, 3], nameof(Modality.Image)), ([32, 16], nameof(Modality.Audio)), ([12], nameof(Modality.Text)),
            ([12], nameof(Modality.Vector))];

    /// <summary>Combinations as users have them, and every encoder that a sweep knows beside a vector.</summary>
    internal static IReadOnlyList<string> Names { get; } =
        ["vectors", "three vectors", "one vector", "audio-visual", "image-text", "channel-separated",
            .. Enum.GetNames<EncoderKind>().Select(kind => EncoderPrefix + kind)];

    internal static GradientBlendingTrainer.Options Create(string name) => With(name switch
    {
        "vectors" => [Modality.Vector("Face"), Modality.Vector("Voice", Encoders.Mlp(32))],
        "three vectors" => [Modality.Vector("A"), Modality.Vector("B"), Modality.Vector("C")],
        "one vector" => [Modality.Vector("A")],
        "audio-visual" => [Modality.Video("Clip"), Modality.Audio("LogMel")],
        "image-text" =>
            [Modality.Image("Photo", Encoders.ImageResNet(18, 0.25).WithNormalization([0.5f], [2f])), Modality.Text("Caption", Encoders.TextPooling(1000))],
        "channel-separated" => [Modality.Video("Clip", Encoders.IrCsn()), Modality.Video("Flow", Encoders.R3D(18, 0.5, stemPooling: true))],
        _ when name.StartsWith(EncoderPrefix, StringComparison.Ordinal) => [WithEncoder(name[EncoderPrefix.Length..]), Modality.Vector("Other")],
        _ => throw new ArgumentException(name),
    });

    /// <summary>The rows that an encoder reads.</summary>
    internal static (int[] Shape, string Modality) RowsFor(Encoder encoder) => s_rows.First(rows =>
    {
        try
        {
            encoder.Build(rows.Shape).Dispose();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    });

    /// <summary>All methods that make a thing without being told more than widths, by name.</summary>
    internal static Dictionary<string, Func<object>> MakersOf(Type factory, Type made) => factory.GetMethods(BindingFlags.Public | BindingFlags.Static)
        .Where(m => made.IsAssignableFrom(m.ReturnType) && m.GetParameters().All(p => p.IsOptional || p.ParameterType == typeof(int[])))
        .ToDictionary(
            m => m.Name, m => (Func<object>)(() => m.Invoke(null, [.. m.GetParameters().Select(p => p.IsOptional ? p.DefaultValue : new[] { 16, 8 })])!));

    private static Modality WithEncoder(string kind)
    {
        var encoder = (Encoder)MakersOf(typeof(Encoders), typeof(Encoder))[kind]();
        return (Modality)typeof(Modality).GetMethod(RowsFor(encoder).Modality)!.Invoke(null, ["Main", encoder])!;
    }

    private static GradientBlendingTrainer.Options With(params Modality[] modalities)
    {
        var options = new GradientBlendingTrainer.Options();
        foreach (var modality in modalities)
            options.Modalities.Add(modality);
        return options;
    }
}
