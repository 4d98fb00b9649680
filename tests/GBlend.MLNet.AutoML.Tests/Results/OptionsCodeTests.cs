using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.ML;

namespace GBlend.MLNet.AutoML.Tests;

public sealed class OptionsCodeTests
{
    [Fact]
    public void The_code_compiles_and_makes_equal_options()
    {
        var all = new List<(GradientBlendingTrainer.Options Options, BlendingMethod? Method)>();
        foreach (string name in Templates.Names)
        {
            var template = Templates.Create(name);
            template.SamplingKeyColumnName = "a \"quoted\" \\ column\né";
            var space = SweepSpaces.For(template);
            var sequence = new HaltonSequence(space.Settings.Count, 7);
            all.Add((template, null));
            all.AddRange(Enumerable.Range(0, 25).Select(i => space.At(sequence[i]).Settings).Where(space.Accepts).Cast<GradientBlendingSettings>().Select(
                s => (s.ToOptions(template), s.Blending)));
        }
        all.Add((Unusual(), null));
        all.AddRange(Enum.GetValues<BlendingMethod>().Select(
            m => (new GradientBlendingSettings { Blending = m }.ToOptions(Templates.Create("vectors")), (BlendingMethod?)m)));

        var made = Compile([.. all.Select(a => OptionsCode.Write(a.Options, a.Method))]);
        for (int i = 0; i < all.Count; i++)
            AssertEqual(all[i].Options, made[i], all[i].Method);
    }

    /// <summary>An option that nobody wrote down would be lost without a word.</summary>
    [Fact]
    public void Every_option_is_among_those_that_are_tried()
    {
        GradientBlendingTrainer.Options usual = new(), unusual = Unusual();
        // What belongs to a running program has no code, and lists are always written.
        string[] without = [nameof(usual.CancellationToken), nameof(usual.Progress), nameof(usual.Modalities), nameof(usual.Members)];
        Assert.NotEmpty(unusual.Members);
        Assert.All(typeof(GradientBlendingTrainer.Options).GetProperties().Where(p => !without.Contains(p.Name)),
            p => Assert.NotEqual($"{p.GetValue(usual)}", $"{p.GetValue(unusual)}"));
    }

    [Fact]
    public void A_member_without_its_code_is_named()
    {
        var options = Templates.Create("vectors");
        options.Members.Add(new("Given", (ml, label, features, weight) => ml.Regression.Trainers.Sdca(label, features, weight), code: null));
        Assert.Contains("// the member 'Given', as in your options.", OptionsCode.Write(options));
        Compile([OptionsCode.Write(options)]);
    }

    [Fact]
    public void Balanced_class_weights_have_their_name()
    {
        var options = Templates.Create("vectors");
        options.ClassWeights = ClassWeights.Balanced;
        Assert.Same(ClassWeights.Balanced, Compile([OptionsCode.Write(options)])[0].ClassWeights);
    }

    [Fact]
    public void What_no_text_can_make_is_named()
    {
        var options = Templates.Create("vectors");
        options.Blending = Blending.Fixed(1, 2, 3);
        Assert.Contains("// Blending: as in your options.", OptionsCode.Write(options));
    }

    private static GradientBlendingTrainer.Options Unusual()
    {
        var options = Templates.Create("vectors");
        options.Blending = Blending.Online(7) with { Guards = BlendingGuards.Published with { OverfittingFloor = 0.01 }, Folds = 4 };
        options.Fusion = Fusion.SqueezeExcitationGate(3, 2).WithDropout(0.3f);
        options.Answer = Answer.MeanOfHeads;
        options.Optimizer = Optimizer.AdamW(0.8f, 0.99f);
        options.LearningRateSchedule = LearningRateSchedule.Cosine(0.25f).WithWarmUp(3);
        options.GradientClipping = 1.5f;
        options.EarlyStoppingPatience = 4;
        options.FinalWeights = FinalWeights.BestEpoch;
        options.FinalNetworks = FinalNetworks.Refit;
        options.RefitJointHeadEpochs = 2;
        options.ValidationFraction = 0.33f;
        options.MissingValues = MissingValues.ImputeMean | MissingValues.LeaveOutModality;
        options.ExampleWeightColumnName = "Weight";
        options.ClassWeights = ClassWeights.Of(("a \"quoted\" class", 2.5), ("b", 1e-3));
        options.NumberOfEpochs = 61;
        options.BatchSize = 65;
        options.LearningRate = 0.03f;
        options.WeightDecay = 0.001f;
        options.SamplingKeyColumnName = "Speaker";
        options.HoldOutColumnName = "IsHeldOut";
        options.MicroBatchSize = 8;
        options.UseBFloat16 = true;
        options.MemoryBudgetInMegabytes = 77;
        options.Modalities.Add(Modality.Video("Flow").WithAugmentation(
            Augmentation.RandomCrop(3, 4, 3), Augmentation.HorizontalFlip(0.25f, opticalFlow: true), Augmentation.TemporalJitter(5)));
        options.Modalities.Add(Modality.Image("Photo").WithAugmentation(Augmentation.RandomShift(2)).WithDropout(0.3));
        options.Modalities.Add(Modality.Audio("Sound").WithAugmentation(Augmentation.SpecAugment(1, 2, 3, 4)));
        options.Shuffle = false;
        options.Seed = -5;
        options.Device = TrainingDevice.Cpu;
        options.NumberOfThreads = 2;
        options.OutputBranchScores = true;
        options.PredictionSetCoverage = 0.85;
        options.CheckpointFolder = "run \"7\"";
        options.CheckpointInterval = TimeSpan.FromSeconds(90.5);
        options.LabelColumnName = "Word";
        options.Members.Add(new("Lines \"1\"", (ml, label, features, weight) =>
            ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(label, features, weight, l2Regularization: 2)));
        options.Members.Add(new Member("Some", (ml, label, features, weight) => ml.Regression.Trainers.Sdca(label, features, weight))
            .Reading("Photo", "Sound"));
        return options;
    }

    private static void AssertEqual(GradientBlendingTrainer.Options expected, GradientBlendingTrainer.Options actual, BlendingMethod? method)
    {
        foreach (var property in typeof(GradientBlendingTrainer.Options).GetProperties())
        {
            object? want = property.GetValue(expected), got = property.GetValue(actual);
            switch (property.Name)
            {
                case nameof(GradientBlendingTrainer.Options.Modalities):
                    Assert.Equal(expected.Modalities.Select(Describe), actual.Modalities.Select(Describe));
                    break;
                case nameof(GradientBlendingTrainer.Options.Members):
                    static string[] Members(GradientBlendingTrainer.Options options) => [.. options.Members.Select(m => $"{m}: {Words(m.Code!)}")];
                    Assert.Equal(Members(expected), Members(actual));
                    break;
                case nameof(GradientBlendingTrainer.Options.Blending):
                    // Strategies are made anew and so never equal; their names and guards are.
                    Assert.Equal((expected.Blending.ToString(), expected.Blending.Guards), (actual.Blending.ToString(), actual.Blending.Guards));
                    if (method is null or BlendingMethod.Online)
                        Assert.Equal(want, got);
                    break;
                case nameof(GradientBlendingTrainer.Options.ClassWeights):
                    Assert.Equal(expected.ClassWeights?.ToString(), actual.ClassWeights?.ToString());
                    break;
                case nameof(GradientBlendingTrainer.Options.Fusion):
                    Assert.Equal(expected.Fusion.ToString(), actual.Fusion.ToString());
                    break;
                case nameof(GradientBlendingTrainer.Options.LearningRateSchedule):
                    Assert.Equal(Enumerable.Range(0, 30).Select(e => expected.LearningRateSchedule.Factor(e, 30)),
                        Enumerable.Range(0, 30).Select(e => actual.LearningRateSchedule.Factor(e, 30)));
                    break;
                default:
                    Assert.Equal(want, got);
                    break;
            }
        }
    }

    private static string Words(string code) => string.Join(' ', code.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private static string Describe(Modality modality) =>
        $"{modality.ColumnName} {modality.Kind} {modality.AugmentationSettings} {modality.Dropout} {modality.Encoder.Kind} "
            + modality.Encoder.ToSettings().ToJsonString();

    private static GradientBlendingTrainer.Options[] Compile(string[] expressions)
    {
        var source = new StringBuilder(
            "using GBlend.MLNet;\nusing Microsoft.ML;\n"
            + "public static class Pasted\n{\n    public static readonly GradientBlendingTrainer.Options[] All =\n    [\n");
        foreach (string expression in expressions)
            source.Append(expression).Append(",\n");
        source.Append("    ];\n}\n");
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(
            p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create("Pasted", [CSharpSyntaxTree.ParseText(source.ToString(), new CSharpParseOptions(LanguageVersion.Latest))],
            references, new CSharpCompilationOptions(Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Take(10)));
        return (GradientBlendingTrainer.Options[])Assembly.Load(assembly.ToArray()).GetType("Pasted")!.GetField("All")!.GetValue(null)!;
    }
}
