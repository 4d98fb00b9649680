using System.Globalization;
using System.Text;

namespace GBlend.MLNet.AutoML;

/// <summary>The trainer's options as C# to paste.</summary>
internal static class OptionsCode
{
    private const string Indent = "    ";

    /// <summary>An expression that makes equal options. What no text can make (your own encoder, strategy or weights) is named in a comment.</summary>
    /// <param name="options">The options.</param>
    /// <param name="method">The blending's name where one is known.</param>
    internal static string Write(GradientBlendingTrainer.Options options, BlendingMethod? method = null)
    {
        var usual = new GradientBlendingTrainer.Options();
        var lines = new List<string>();
        void Add(string name, string? code, bool isUsual)
        {
            if (!isUsual)
                lines.Add(code is not null ? $"{name} = {code}," : $"// {name}: as in your options.");
        }

        Add(nameof(options.LabelColumnName), Text(options.LabelColumnName), options.LabelColumnName == usual.LabelColumnName);
        Add(nameof(options.ExampleWeightColumnName), Text(options.ExampleWeightColumnName), options.ExampleWeightColumnName is null);
        Add(nameof(options.ClassWeights), ClassWeightsCode(options.ClassWeights), options.ClassWeights is null);
        lines.Add("Modalities =");
        lines.Add("{");
        lines.AddRange(options.Modalities.Select(m => Indent + ModalityCode(m)));
        lines.Add("},");
        if (options.Members.Count > 0)
        {
            lines.Add("Members =");
            lines.Add("{");
            lines.AddRange(options.Members.Select(m => Indent + MemberCode(m)));
            lines.Add("},");
        }
        Add(nameof(options.Blending), BlendingCode(options.Blending, options.NumberOfEpochs, method), options.Blending == usual.Blending);
        Add(nameof(options.Fusion), FusionCode(options.Fusion), FusionCode(options.Fusion) == FusionCode(usual.Fusion));
        Add(nameof(options.Answer), $"Answer.{options.Answer}", options.Answer == usual.Answer);
        Add(nameof(options.NumberOfEpochs), Number(options.NumberOfEpochs), options.NumberOfEpochs == usual.NumberOfEpochs);
        Add(nameof(options.BatchSize), Number(options.BatchSize), options.BatchSize == usual.BatchSize);
        Add(nameof(options.MicroBatchSize), Number(options.MicroBatchSize), options.MicroBatchSize is null);
        Add(nameof(options.LearningRate), Number(options.LearningRate ?? 0), options.LearningRate is null);
        Add(nameof(options.Optimizer), OptimizerCode(options.Optimizer), options.Optimizer == usual.Optimizer);
        Add(nameof(options.WeightDecay), Number(options.WeightDecay), options.WeightDecay == usual.WeightDecay);
        Add(nameof(options.LearningRateSchedule), ScheduleCode(options.LearningRateSchedule),
            options.LearningRateSchedule.ToString() == usual.LearningRateSchedule.ToString());
        Add(nameof(options.GradientClipping), Number(options.GradientClipping), options.GradientClipping == usual.GradientClipping);
        Add(nameof(options.EarlyStoppingPatience), Number(options.EarlyStoppingPatience), options.EarlyStoppingPatience is null);
        Add(nameof(options.FinalWeights), $"FinalWeights.{options.FinalWeights}", options.FinalWeights == usual.FinalWeights);
        Add(nameof(options.FinalNetworks), $"FinalNetworks.{options.FinalNetworks}", options.FinalNetworks == usual.FinalNetworks);
        Add(nameof(options.RefitJointHeadEpochs), Number(options.RefitJointHeadEpochs), options.RefitJointHeadEpochs == usual.RefitJointHeadEpochs);
        Add(nameof(options.ValidationFraction), Number(options.ValidationFraction ?? 0), options.ValidationFraction is null);
        Add(nameof(options.SamplingKeyColumnName), Text(options.SamplingKeyColumnName), options.SamplingKeyColumnName is null);
        Add(nameof(options.HoldOutColumnName), Text(options.HoldOutColumnName), options.HoldOutColumnName is null);
        string missing = string.Join(" | ", $"{options.MissingValues}".Split(", ").Select(m => $"MissingValues.{m}"));
        Add(nameof(options.MissingValues), missing, options.MissingValues == usual.MissingValues);
        Add(nameof(options.Shuffle), options.Shuffle ? "true" : "false", options.Shuffle == usual.Shuffle);
        Add(nameof(options.Seed), Number(options.Seed), options.Seed is null);
        Add(nameof(options.Device), $"TrainingDevice.{options.Device}", options.Device == usual.Device);
        Add(nameof(options.UseBFloat16), "true", !options.UseBFloat16);
        Add(nameof(options.MemoryBudgetInMegabytes), Number(options.MemoryBudgetInMegabytes), options.MemoryBudgetInMegabytes is null);
        Add(nameof(options.NumberOfThreads), Number(options.NumberOfThreads), options.NumberOfThreads is null);
        Add(nameof(options.PredictionSetCoverage), Number(options.PredictionSetCoverage ?? 0), options.PredictionSetCoverage is null);
        Add(nameof(options.CheckpointFolder), Text(options.CheckpointFolder), options.CheckpointFolder is null);
        string interval = $"System.TimeSpan.FromSeconds({Number(options.CheckpointInterval.TotalSeconds)})";
        Add(nameof(options.CheckpointInterval), interval, options.CheckpointInterval == usual.CheckpointInterval);
        Add(nameof(options.OutputBranchScores), "true", !options.OutputBranchScores);

        var code = new StringBuilder("new GradientBlendingTrainer.Options\n{\n");
        foreach (string line in lines)
            code.Append(Indent).Append(line).Append('\n');
        return code.Append('}').ToString();
    }

    private static string ModalityCode(Modality modality)
    {
        var kind = SettingsMapping.KindOf(modality.Encoder);
        string? encoder = kind is { } known ? EncoderCode(known, modality.Encoder) : null;
        string arguments = encoder is null ? Text(modality.ColumnName)! : $"{Text(modality.ColumnName)}, {encoder}";
        string code = $"Modality.{modality.Kind}({arguments}){AugmentationCode(modality.AugmentationSettings)}{HiddenCode(modality)},";
        if (encoder is null)
            code += " // with your own encoder";
        return modality.PretrainedFrom is null && modality.PretrainedWeights is null ? code : $"{code} // with your pre-trained weights";
    }

    private static string MemberCode(Member member)
    {
        string reading = member.ColumnNames.Count == 0 ? "" : $".Reading({string.Join(", ", member.ColumnNames.Select(Text))})";
        return member.Code is { } code ? $"new Member({Text(member.Name)}, {code.ReplaceLineEndings(" ")}){reading},"
            : $"// the member '{member.Name}', as in your options.";
    }

    private static string HiddenCode(Modality modality) => modality.Dropout > 0 ? $".WithDropout({Number(modality.Dropout)})" : "";

    private static string AugmentationCode(AugmentationSettings a)
    {
        var parts = new List<string>();
        if (a is { CropHeight: { } height, CropWidth: { } width })
            parts.Add($"RandomCrop({Number(height)}, {Number(width)}, {Number(a.ScoringCrops)})");
        if (a.FlipProbability > 0)
            parts.Add($"HorizontalFlip({Number(a.FlipProbability)}, {(a.FlipsFlow ? "true" : "false")})");
        if (a.Shift > 0)
            parts.Add($"RandomShift({Number(a.Shift)})");
        if (a.Frames is { } frames)
            parts.Add($"TemporalJitter({Number(frames)})");
        if (a.Masks)
            parts.Add($"SpecAugment({Number(a.TimeMasks)}, {Number(a.MostFrames)}, {Number(a.BandMasks)}, {Number(a.MostBands)})");
        return parts.Count == 0 ? "" : $".WithAugmentation({string.Join(", ", parts.Select(p => $"Augmentation.{p}"))})";
    }

    private static string? EncoderCode(EncoderKind kind, Encoder encoder) => encoder switch
    {
        MlpEncoder mlp => $"Encoders.Mlp({Numbers(mlp.Widths)})" + Dropout(mlp.Dropout),
        TextEncoder text when kind == EncoderKind.TextTransformer =>
            $"Encoders.TextTransformer({Numbers([text.VocabularySize, text.Width, text.Layers, text.Heads])})" + Dropout(text.Dropout),
        TextEncoder text => $"Encoders.{kind}({Number(text.VocabularySize)}, {Number(text.Width)})" + Dropout(text.Dropout),
        ResNetEncoder net => $"Encoders.{kind}({Number(net.Depth)}, {Number(net.WidthMultiplier)}{StemPooling(kind, net)})" + Normalization(net),
        _ => null,
    };

    private static string StemPooling(EncoderKind kind, ResNetEncoder net)
    {
        var usual = kind switch
        {
            EncoderKind.R3D => Encoders.R3D(net.Depth),
            EncoderKind.R2Plus1D => Encoders.R2Plus1D(net.Depth),
            EncoderKind.IrCsn => Encoders.IrCsn(net.Depth),
            EncoderKind.IpCsn => Encoders.IpCsn(net.Depth),
            _ => net,
        };
        return net.StemPooling == usual.StemPooling ? "" : $", stemPooling: {(net.StemPooling ? "true" : "false")}";
    }

    private static string Normalization(ResNetEncoder net) => net.Mean.All(m => m == 0) && net.StandardDeviation.All(d => d == 1)
        ? ""
        : $".WithNormalization([{string.Join(", ", net.Mean.Select(m => Number(m)))}], [{string.Join(", ", net.StandardDeviation.Select(d => Number(d)))}])";

    private static string? ClassWeightsCode(ClassWeights? weights) => weights switch
    {
        null => null,
        { ByName: { } byName } => $"ClassWeights.Of({string.Join(", ", byName.Select(w => $"({Text(w.Key)}, {Number(w.Value)})"))})",
        _ => "ClassWeights.Balanced",
    };

    private static string FusionCode(Fusion fusion) => $"Fusion.{fusion.Kind}({Numbers(fusion.HiddenWidths)})" + Dropout(fusion.Dropout);

    private static string OptimizerCode(Optimizer optimizer) => optimizer.Kind switch
    {
        OptimizerKind.Sgd => optimizer == Optimizer.Sgd() ? "Optimizer.Sgd()" : $"Optimizer.Sgd({Number((float)optimizer.Momentum)})",
        _ when optimizer == Optimizer.Adam() || optimizer == Optimizer.AdamW() => $"Optimizer.{optimizer.Kind}()",
        _ => $"Optimizer.{optimizer.Kind}({Number((float)optimizer.Beta1)}, {Number((float)optimizer.Beta2)})",
    };

    /// <summary>A schedule tells its name; its numbers show in its factors.</summary>
    private static string? ScheduleCode(LearningRateSchedule schedule)
    {
        const int Epochs = 1_000_000;
        string[] words = schedule.ToString().Split(',')[0].Split(' ');
        string? code = words switch
        {
            ["constant"] => "LearningRateSchedule.Constant()",
            ["cosine"] => $"LearningRateSchedule.Cosine({Number((float)schedule.Factor(Epochs, Epochs))})",
            ["step", var every, "x", var factor] => $"LearningRateSchedule.Step({every}, {factor}f)",
            _ => null,
        };
        return code is null || schedule.WarmUpEpochs == 0 ? code : $"{code}.WithWarmUp({Number(schedule.WarmUpEpochs)})";
    }

    /// <summary>Blendings are equal when they say the same, so the text is found by making them. One with a strategy or weights of its own has none.</summary>
    private static string? BlendingCode(Blending blending, int epochs, BlendingMethod? method)
    {
        var plain = blending with { Guards = new(), Folds = null };
        string? code = BlendingMethods.All.FirstOrDefault(m => m.Create().Equals(plain) || (m.Method == method && method != BlendingMethod.Online)).Code;
        for (int length = 1; code is null && length <= epochs; length++)
        {
            if (Blending.Online(length).Equals(plain))
                code = $"Blending.Online({Number(length)})";
        }
        var changes = new List<string>();
        if (blending.Guards != new BlendingGuards())
            changes.Add($"{nameof(blending.Guards)} = {GuardsCode(blending.Guards)}");
        if (blending.Folds is { } folds)
            changes.Add($"{nameof(blending.Folds)} = {Number(folds)}");
        return code is null || changes.Count == 0 ? code : $"{code} with {{ {string.Join(", ", changes)} }}";
    }

    private static string GuardsCode(BlendingGuards guards)
    {
        var usual = new BlendingGuards();
        var parts = new List<string>();
        if (guards.OverfittingFloor != usual.OverfittingFloor)
            parts.Add($"{nameof(guards.OverfittingFloor)} = {Number(guards.OverfittingFloor)}");
        if (guards.WeightFloor != usual.WeightFloor)
            parts.Add($"{nameof(guards.WeightFloor)} = {Number(guards.WeightFloor)}");
        if (guards.TrustByStandardError != usual.TrustByStandardError)
            parts.Add($"{nameof(guards.TrustByStandardError)} = {(guards.TrustByStandardError ? "true" : "false")}");
        if (guards.KeepLearningRate != usual.KeepLearningRate)
            parts.Add($"{nameof(guards.KeepLearningRate)} = {(guards.KeepLearningRate ? "true" : "false")}");
        return parts.Count > 0 ? $"new BlendingGuards {{ {string.Join(", ", parts)} }}" : "new BlendingGuards()";
    }

    private static string Dropout(float dropout) => dropout > 0 ? $".WithDropout({Number(dropout)})" : "";

    private static string Numbers(IEnumerable<int> numbers) => string.Join(", ", numbers.Select(n => Number(n)));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(int? value) => value is { } number ? Number(number) : "null";

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture) + "f";

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string? Text(string? value) => value is null ? null : "\"" + string.Concat(value.Select(c => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        < ' ' or > '~' => $"\\u{(int)c:x4}",
        _ => c.ToString(),
    })) + "\"";
}
