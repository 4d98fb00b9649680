using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.AutoML.Tests;

/// <summary>Every setting that a sweep can vary, and everything that it can choose, found by reflection: a new one is held to the same rules by being
/// there.</summary>
public sealed class SettingsBattery
{
    private const int Points = 60;

    public static TheoryData<string> All => [.. Templates.Names];

    public static TheoryData<string> Encoding => [.. Enum.GetNames<EncoderKind>()];

    /// <summary>What a sweep chooses from, and what makes it in the library.</summary>
    public static TheoryData<Type, Type> Choices => new()
    {
        { typeof(EncoderKind), typeof(Encoders) },
        { typeof(BlendingMethod), typeof(Blending) },
        { typeof(FusionMethod), typeof(Fusion) },
        { typeof(OptimizerMethod), typeof(Optimizer) },
    };

    private static Dictionary<string, Func<object>> Makers(Type factory) =>
        Templates.MakersOf(factory, factory == typeof(Encoders) ? typeof(Encoder) : factory);

    [Theory]
    [MemberData(nameof(Choices))]
    public void Everything_of_the_library_that_needs_no_numbers_of_ones_own_can_be_chosen(Type choices, Type factory) =>
        Assert.Equal(Makers(factory).Keys.Order(), Enum.GetNames(choices).Order());

    [Theory]
    [MemberData(nameof(Choices))]
    public void Every_choice_makes_what_it_is_called(Type choices, Type factory)
    {
        foreach (var (name, make) in Makers(factory))
        {
            var options = Templates.Create(choices == typeof(EncoderKind) ? $"encoder {name}" : "vectors");
            var settings = new GradientBlendingSettings();
            object owner = choices == typeof(EncoderKind) ? settings.Modality1 : settings;
            var property = owner.GetType().GetProperties().Single(p => Nullable.GetUnderlyingType(p.PropertyType) == choices);
            property.SetValue(owner, Enum.Parse(choices, name));
            var made = settings.ToOptions(options);
            Assert.Equal(Describe(make()),
                Describe(choices == typeof(EncoderKind) ? made.Modalities[0].Encoder : made.GetType().GetProperty(factory.Name)!.GetValue(made)!));
        }

        // The numbers of an encoder and the widths of a fusion are other settings' business.
        static string Describe(object thing) => thing switch
        {
            Encoder encoder => encoder.Kind,
            Fusion fusion => fusion.Kind.ToString(),
            _ => thing.ToString()!,
        };
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_accepted_point_makes_options_that_the_trainer_takes(string name)
    {
        var (options, space) = Space(name);
        var accepted = PointsOf(space).Where(p => space.Accepts(p.Settings)).ToArray();
        Assert.InRange(accepted.Length, Points / 3, Points);
        Assert.All(accepted, p => OptionChecks.CheckOptions(p.ToOptions(options)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_setting_that_has_an_effect_changes_the_options_and_every_setting_has_one_somewhere(string name)
    {
        var (options, space) = Space(name);
        var without = new HashSet<string>(space.Settings.Select(s => s.Path));
        foreach (var point in PointsOf(space).Where(p => space.Accepts(p.Settings)))
        {
            string before = Code(point);
            for (int i = 0; i < space.Settings.Count; i++)
            {
                var other = Changed(point, i);
                if (!space.Accepts(other.Settings))
                    continue;
                // What is said of blending and fusion where there is nothing to blend changes the text of the options, and no training: see below.
                bool changes = Code(other) != before, mayChange = !space.Settings[i].Path.Contains('.');
                Assert.True(point.IsActive[i] ? changes : mayChange
                    || !changes, $"{space.Settings[i].Path} from {point.Value(i)} to {other.Value(i)}, active: {point.IsActive[i]}, at {point.Key}");
                if (point.IsActive[i])
                    without.Remove(space.Settings[i].Path);
            }
        }
        Assert.Empty(without);

        string Code(SweepPoint point)
        {
            var made = point.ToOptions(options);
            return OptionsCode.Write(made, ((GradientBlendingSettings)point.Settings).Blending) + made.Blending;
        }
    }

    [Fact]
    public void A_setting_without_effect_changes_no_training()
    {
        var ml = new MLContext(seed: 1);
        var rows = SweepRows.View(ml, 60, 1);
        var options = SweepRows.Options(ml, SweepBudget.OfTrials(1), epochs: 2).Trainer;
        (options.LabelColumnName, options.Seed, options.NumberOfThreads) = ("IsYes", 3, 1);
        var space = SweepSpaces.Fitted(SweepSpaces.For(options), options);
        var pairs = PointsOf(space).Where(p => space.Accepts(p.Settings))
            .SelectMany(p => Enumerable.Range(0, space.Settings.Count).Where(i => !p.IsActive[i]).Select(i => (Setting: i, Point: p, Other: Changed(p, i))))
            .Where(p => space.Accepts(p.Other.Settings)).GroupBy(p => p.Setting).Select(g => g.First()).ToArray();
        // Everything but what always has an effect.
        Assert.Equal(space.Settings.Where(s => s.Condition is not null).Select(s => s.Path).Order(), pairs.Select(p => space.Settings[p.Setting].Path).Order());
        foreach (var (setting, point, other) in pairs)
            Assert.True(Scores(point).SequenceEqual(Scores(other)), $"{space.Settings[setting].Path} at {point.Key}");

        float[] Scores(SweepPoint point)
        {
            using var model = ml.BinaryClassification.Trainers.GradientBlending(point.ToOptions(options)).Fit(rows);
            return [.. model.Transform(rows).GetColumn<float>("Score")];
        }
    }

    [Fact]
    public void Every_property_of_the_settings_is_swept_somewhere()
    {
        string[] swept = [.. Templates.Names.SelectMany(name => Space(name).Space.Settings).Select(s => s.Path).Distinct()];
        foreach (var property in typeof(GradientBlendingSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.PropertyType != typeof(EncoderSettings))
                Assert.Contains(property.Name, swept);
            else
                Assert.All(typeof(EncoderSettings).GetProperties(), p => Assert.Contains(swept, s => s.EndsWith("." + p.Name, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [MemberData(nameof(Encoding))]
    public void The_networks_of_a_space_can_be_built(string kind)
    {
        var (options, space) = Space($"encoder {kind}");
        var narrow = (SweepSpace)((SweepSpace<GradientBlendingSettings>)space).Fix(
            s => s.Modality1.Width, 8 * (kind.StartsWith("Text", StringComparison.Ordinal) ? 4 : 1));
        int[] shape = Templates.RowsFor(options.Modalities[0].Encoder).Shape;
        foreach (var point in PointsOf(narrow).Where(p => narrow.Accepts(p.Settings) && ((GradientBlendingSettings)p.Settings).Modality1.IsUsed != false)
            .DistinctBy(p => EncoderOf(p).ToString()).Take(8))
            EncoderOf(point).Build(shape).Dispose();

        Encoder EncoderOf(SweepPoint point) => point.ToOptions(options).Modalities[0].Encoder;
    }

    private static (GradientBlendingTrainer.Options Options, SweepSpace Space) Space(string name)
    {
        var options = Templates.Create(name);
        return (options, SweepSpaces.Fitted(SweepSpaces.For(options), options));
    }

    private static IEnumerable<SweepPoint> PointsOf(SweepSpace space)
    {
        var sequence = new HaltonSequence(space.Settings.Count, 1);
        return Enumerable.Range(0, Points).Select(i => space.At(sequence[i]));
    }

    /// <summary>The point with the next value of a setting, or with another number of a range.</summary>
    private static SweepPoint Changed(SweepPoint point, int setting) => point.Space.Of([.. point.Space.Settings.Select((s, i) =>
    {
        object own = s.Unscaled(point.Value(i), point.Scale(i));
        return i == setting ? s.At((s.UnitOf(own) + (s.Count is { } count ? 1.0 / count : 0.37)) % 1) : own;
    })]);
}
