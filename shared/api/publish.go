package api

// PublishCode says why a result may not be shown to everybody. Clients keep
// their own words for the codes that they know, and show Why for others.
type PublishCode string

// The codes.
const (
	// PublishNoResult: the task has not succeeded.
	PublishNoResult PublishCode = "no_result"
	// PublishOff: the owner of a dataset has not switched publishing on.
	PublishOff PublishCode = "publish_off"
	// PublishNotShared: a dataset is not shared any more.
	PublishNotShared PublishCode = "not_shared"
	// PublishUploadOfOther: somebody else has sent a file that was read.
	PublishUploadOfOther PublishCode = "upload_of_other"
	// PublishUploadGone: a file that was read has been deleted or has expired.
	PublishUploadGone PublishCode = "upload_gone"
	// PublishInputGone: a task whose output was read has been deleted.
	PublishInputGone PublishCode = "input_gone"
	// PublishUnknownSource: nobody can say which dataset was read.
	PublishUnknownSource PublishCode = "unknown_source"
)

// PublishRefusal is one reason why a result may not be shown to everybody.
type PublishRefusal struct {
	Code PublishCode `json:"code" doc:"no_result, publish_off, not_shared, upload_of_other, upload_gone, input_gone or unknown_source; more may come"`
	// Name is the dataset's or the upload's, as far as it is known.
	Name      string `json:"name,omitempty" doc:"The dataset's, the upload's or the task's name, where there is one"`
	DatasetID string `json:"dataset_id,omitempty" format:"uuid"`
	UploadID  string `json:"upload_id,omitempty" format:"uuid"`
	TaskID    string `json:"task_id,omitempty" format:"uuid" doc:"The task that read it, or that is gone"`
	Why       string `json:"why" doc:"A sentence for people"`
}

// MaxPublishRefusals is how many reasons an answer names at most.
const MaxPublishRefusals = 50
