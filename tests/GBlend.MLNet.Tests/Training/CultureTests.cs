using System.Globalization;

namespace GBlend.MLNet.Tests;

public sealed class CultureTests
{
    [Fact]
    public void Fit_save_and_load_do_not_hang_on_the_culture()
    {
        string[] expected = Traces();
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator, culture.NumberFormat.NegativeSign) = (",", ".", "−");
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            Assert.Equal("1,5", $"{1.5}");
            Assert.Equal(expected, Traces());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>All that a training says and leaves behind.</summary>
    private static string[] Traces()
    {
        var host = new QuietHost();
        var settings = ToyRows.Settings() with
        {
            Modalities = [.. ToyRows.Settings().Modalities.Select(m => m with { Encoder = Encoders.Mlp(8, 6).WithDropout(0.25f) })],
            Fusion = Fusion.Concat(8).WithDropout(0.5f),
            LearningRateSchedule = LearningRateSchedule.Step(2, 0.5f),
        };
        using var model = TrainingRun.Fit(ToyRows.Multiclass(), settings, host);
        using MemoryStream json = new(), weights = new();
        model.Save(json, weights);
        string saved = System.Text.Encoding.UTF8.GetString(json.ToArray());
        (json.Position, weights.Position) = (0, 0);
        using var loaded = TrainedModel.Load(json, weights, TrainingDevice.Cpu, null, true);
        float[] scores = ToyRows.Score(loaded, ToyRows.Multiclass());
        // The first line numbers the fits of the process.
        return [.. host.Infos.Select((line, i) => i == 0 ? line[line.IndexOf(':')..] : line), .. host.Warnings, saved,
            .. scores.Select(s => s.ToString("R", CultureInfo.InvariantCulture)),
            $"{settings.Fusion}", $"{settings.Modalities[0].Encoder}", $"{settings.Optimizer}", $"{settings.LearningRateSchedule}",
                $"{GBlend.MLNet.Blending.Fixed(1, 2, 3)}"];
    }
}
