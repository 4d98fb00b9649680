using GBlend.MLNet;
using GBlend.MLNet.Reports;
using Microsoft.ML;
using Microsoft.ML.Data;

// media.csv has the columns Label, ImagePath, SoundPath. LoadVideoClip reads videos in the same way, with Modality.Video.
const string file = "media.csv";
if (!File.Exists(file))
{
    Console.Error.WriteLine($"Write {file} with the columns Label, ImagePath, SoundPath first: a row for each picture with its sound (WAVE, or what "
        + $"FFmpeg reads).");
    return 1;
}

var ml = new MLContext(seed: 1);                                  // the seed makes the training repeatable, bit for bit
IDataView all = ml.Data.LoadFromTextFile<Row>(file, separatorChar: ',', hasHeader: true);
var split = ml.Data.TrainTestSplit(all, testFraction: 0.25);

var options = new GradientBlendingTrainer.Options
{
    Modalities = { Modality.Image("Image"), Modality.Audio("Sound") },
    NumberOfEpochs = 10,
    Progress = new Progress<TrainingProgress>(p => Console.Error.Write($"\r{p.Phase} {p.Fraction:P0}   ")),
};
var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    .Append(ml.Transforms.LoadImage("Image", nameof(Row.ImagePath), new() { Height = 64, Width = 64 }))
    .Append(ml.Transforms.LoadAudioLogMel("Sound", nameof(Row.SoundPath), new() { FrameCount = 100 }))
    .AppendCacheCheckpoint(ml)                                    // every file is decoded once
    .Append(ml.MulticlassClassification.Trainers.GradientBlending(options))
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

var clock = System.Diagnostics.Stopwatch.StartNew();
ITransformer model = pipeline.Fit(split.TrainSet);
Console.Error.WriteLine();

var report = TrainingReport.Create(model, split.TestSet, new() { Trainer = options, TrainingTime = clock.Elapsed, RowNameColumnName = nameof(Row.ImagePath) });
Console.WriteLine(report.Verdict);
Console.WriteLine($"Report: {report.Save("report.html")}");
ml.Model.Save(model, all.Schema, "model.zip");
Console.WriteLine($"Model: {Path.GetFullPath("model.zip")}");
return 0;

public class Row
{
    [LoadColumn(0)] public string Label { get; set; } = "";
    [LoadColumn(1)] public string ImagePath { get; set; } = "";
    [LoadColumn(2)] public string SoundPath { get; set; } = "";
}
